#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

enum { FILE_SIZE_MAX = 64 * 1024 * 1024 };

/* All bytes of a stream, NUL-terminated; NULL and `*why` when unreadable or over FILE_SIZE_MAX. */
char *file_read_stream(struct arena *a, FILE *stream, size_t *size, const char **why);

/* The same for a file; "-" is standard input. */
char *file_read(struct arena *a, const char *path, size_t *size, const char **why);

/* A file's JSON, adopted by the arena; NULL and `*why` when it cannot be read or is not JSON. */
json_t *file_read_json(struct arena *a, const char *path, const char **why);

/*
 * Writes a file that only its owner may read, whole or not at all (temporary file, rename).
 * With `fresh`, an existing file is left alone and false returned. False and `*why` on failure.
 */
bool file_write_private(struct arena *a, const char *path, const char *content, bool fresh,
			const char **why);

/* Makes the directory and those above it, readable by the owner only. False on failure. */
bool file_make_directory(struct arena *a, const char *path);

bool file_exists(const char *path);

/* "a/b" of "a/b/c", "." of "c". */
const char *file_directory(struct arena *a, const char *path);

#endif
