/* A directory of the test's own, and what its tests do with files. */
#ifndef TESTS_WORKPLACE_H
#define TESTS_WORKPLACE_H

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

struct workplace {
	struct arena *arena;
	char directory[64];
};

static inline int workplace_setup(void **state)
{
	struct workplace *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	w->arena = arena_new(64 << 20);
	snprintf(w->directory, sizeof(w->directory), "/tmp/samhandling-unit-XXXXXX");
	*state = w;
	return mkdtemp(w->directory) != NULL ? 0 : -1;
}

static inline int workplace_forget(const char *path, const struct stat *st, int type,
				   struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int workplace_teardown(void **state)
{
	struct workplace *w = *state;

	nftw(w->directory, workplace_forget, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(w->arena);
	free(w);
	return 0;
}

/* "<directory>/<name>" */
static inline const char *workplace_path(struct workplace *w, const char *name)
{
	return arena_printf(w->arena, "%s/%s", w->directory, name);
}

static inline void workplace_write(struct workplace *w, const char *name, const char *content)
{
	FILE *f = fopen(workplace_path(w, name), "we");

	if (f == NULL || fputs(content, f) < 0 || fclose(f) != 0)
		abort();
}

/* How many names a directory holds, hidden ones included. */
static inline size_t workplace_count(struct workplace *w, const char *name)
{
	DIR *dir = opendir(workplace_path(w, name));
	const struct dirent *entry;
	size_t count = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			count++;
	if (dir != NULL)
		closedir(dir);
	return count;
}

#endif
