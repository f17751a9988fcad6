/* Whole files in and out: keys, directories of agencies, caches. */
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/member.h"
#include "lib/text.h"

char *file_read_stream(struct arena *a, FILE *stream, size_t *size, const char **why)
{
	char chunk[4096];
	struct text t;
	size_t n;

	text_init(&t, a);
	while ((n = fread(chunk, 1, sizeof(chunk), stream)) > 0) {
		if (t.length + n > FILE_SIZE_MAX) {
			*why = "too large";
			return NULL;
		}
		text_add_bytes(&t, chunk, n);
	}
	if (ferror(stream)) {
		*why = strerror(errno);
		return NULL;
	}
	*size = t.length;
	return t.bytes;
}

char *file_read(struct arena *a, const char *path, size_t *size, const char **why)
{
	const char *reason = NULL;
	FILE *f = stdin;
	char *content = NULL;

	if (strcmp(path, "-") != 0)
		f = fopen(path, "re");
	if (f == NULL)
		reason = strerror(errno);
	else
		content = file_read_stream(a, f, size, &reason);
	if (f != NULL && f != stdin)
		fclose(f);
	if (content == NULL)
		*why = arena_printf(a, "cannot read '%s': %s", path, reason);
	return content;
}

json_t *file_read_json(struct arena *a, const char *path, const char **why)
{
	size_t size;
	char *content = file_read(a, path, &size, why);
	json_error_t error;
	json_t *json;

	if (content == NULL)
		return NULL;
	json = json_loadb(content, size, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL) {
		*why = arena_printf(a, "'%s' is not JSON: %s, line %d", path, error.text,
				    error.line);
		return NULL;
	}
	return member_keep(a, json);
}

static bool write_all(int fd, const char *content)
{
	size_t left = strlen(content);

	while (left > 0) {
		ssize_t n = write(fd, content, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		content += n;
		left -= (size_t)n;
	}
	return true;
}

bool file_write_private(struct arena *a, const char *path, const char *content, bool fresh,
			const char **why)
{
	const char *draft = arena_printf(a, "%s.%ld", path, (long)getpid());
	int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool done = fd >= 0 && write_all(fd, content);

	if (fd >= 0)
		done = close(fd) == 0 && done;
	if (done && fresh)
		done = link(draft, path) == 0; /* unlike rename, refuses an existing file */
	else if (done)
		done = rename(draft, path) == 0;
	if (!done)
		*why = arena_printf(a, "cannot write '%s': %s", path, strerror(errno));
	if (fd >= 0 && (fresh || !done))
		unlink(draft);
	return done;
}

bool file_make_directory(struct arena *a, const char *path)
{
	char *copy = arena_dup(a, path);

	for (char *p = copy + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			return false;
		*p = '/';
	}
	return mkdir(copy, 0700) == 0 || errno == EEXIST;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

const char *file_directory(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return arena_copy(a, path, slash == path ? 1 : (size_t)(slash - path));
}
