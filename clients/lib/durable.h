#ifndef LIB_DURABLE_H
#define LIB_DURABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Files that survive a power cut: what a function here has said true to is on the disk, bytes and
 * directory entry. Files are readable by their owner only. Each function is false with `*why` (no
 * personal data in it) when the disk refuses.
 */

/* The directory and those above it, readable by the owner only when they are made. */
bool durable_directory(struct arena *a, const char *path, const char **why);

/* Writes a file whole or not at all; what it was before stays until then. */
bool durable_write(struct arena *a, const char *path, const void *bytes, size_t size,
		   const char **why);

/* Renames a file; over file systems it is copied whole first. A target that exists is replaced. */
bool durable_move(struct arena *a, const char *from, const char *to, const char **why);

/* Removes a file; one that is not there is fine. */
bool durable_remove(struct arena *a, const char *path, const char **why);

/* The names in a directory that fit `wanted` (NULL: all that do not begin with a dot), sorted,
 * ended by NULL. NULL and `*why` when it cannot be read. */
char **durable_list(struct arena *a, const char *path, bool (*wanted)(const char *name),
		    const char **why);

/* Removes what an interrupted durable_write left in the directory. */
void durable_sweep(struct arena *a, const char *path);

#endif
