/* Files written so that a crash leaves the old or the new, never half; the spool stands on it. */
#include "lib/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

enum { CHUNK = 64 * 1024, NAMES_FIRST = 64 };

static const char draft_ending[] = ".part";

static bool failed(struct arena *a, const char *what, const char **why)
{
	*why = arena_printf(a, "%s: %s", what, strerror(errno));
	return false;
}

/* Makes the entries of the directory that `path` stands in lasting. */
static bool sync_directory(struct arena *a, const char *path)
{
	int fd = open(file_directory(a, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

bool durable_directory(struct arena *a, const char *path, const char **why)
{
	if (file_make_directory(a, path) && sync_directory(a, path))
		return true;
	return failed(a, "cannot make a directory", why);
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

/* A hidden name beside the file, which durable_sweep knows. */
static const char *draft_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;

	return arena_printf(a, "%s/.%s%s", file_directory(a, path), name, draft_ending);
}

/* Ends a draft: on the disk, closed, in its place; or gone. */
static bool place(struct arena *a, int fd, const char *path, bool written)
{
	const char *draft = draft_of(a, path);
	bool done = written && fsync(fd) == 0;

	done = close(fd) == 0 && done;
	done = done && rename(draft, path) == 0 && sync_directory(a, path);
	if (!done) {
		int kept = errno;

		unlink(draft);
		errno = kept;
	}
	return done;
}

static int open_draft(struct arena *a, const char *path)
{
	return open(draft_of(a, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
}

bool durable_write(struct arena *a, const char *path, const void *bytes, size_t size,
		   const char **why)
{
	int fd = open_draft(a, path);

	if (fd >= 0 && place(a, fd, path, write_all(fd, bytes, size)))
		return true;
	return failed(a, "cannot write a file", why);
}

static bool copy_bytes(struct arena *a, int from, int to)
{
	char *chunk = arena_alloc(a, CHUNK);

	for (;;) {
		ssize_t n = read(from, chunk, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		if (!write_all(to, chunk, (size_t)n))
			return false;
	}
}

static bool copy_over(struct arena *a, const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out;
	bool done = false;

	if (in < 0)
		return false;
	out = open_draft(a, to);
	if (out >= 0)
		done = place(a, out, to, copy_bytes(a, in, out));
	close(in);
	return done && unlink(from) == 0 && sync_directory(a, from);
}

bool durable_move(struct arena *a, const char *from, const char *to, const char **why)
{
	bool done = rename(from, to) == 0;

	if (done)
		done = sync_directory(a, to) && sync_directory(a, from);
	else if (errno == EXDEV)
		done = copy_over(a, from, to);
	return done || failed(a, "cannot move a file", why);
}

bool durable_remove(struct arena *a, const char *path, const char **why)
{
	if ((unlink(path) == 0 || errno == ENOENT) && sync_directory(a, path))
		return true;
	return failed(a, "cannot remove a file", why);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_visible(const char *name)
{
	return name[0] != '.';
}

char **durable_list(struct arena *a, const char *path, bool (*wanted)(const char *name),
		    const char **why)
{
	size_t count = 0, room = NAMES_FIRST;
	char **names = arena_alloc(a, room * sizeof(*names));
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL) {
		failed(a, "cannot read a directory", why);
		return NULL;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (!(wanted != NULL ? wanted : is_visible)(entry->d_name))
			continue;
		if (count + 1 == room) {
			char **more = arena_alloc(a, 2 * room * sizeof(*names));

			memcpy(more, names, count * sizeof(*names));
			names = more;
			room *= 2;
		}
		names[count++] = arena_dup(a, entry->d_name);
	}
	closedir(dir);
	qsort(names, count, sizeof(*names), by_name);
	return names;
}

static bool is_draft(const char *name)
{
	size_t length = strlen(name), ending = sizeof(draft_ending) - 1;

	return name[0] == '.' && length > ending &&
	       strcmp(name + length - ending, draft_ending) == 0;
}

void durable_sweep(struct arena *a, const char *path)
{
	const char *why;
	char **names = durable_list(a, path, is_draft, &why);

	for (; names != NULL && *names != NULL; names++)
		unlink(arena_printf(a, "%s/%s", path, *names));
}
