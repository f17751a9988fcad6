#ifndef LIB_WATCH_H
#define LIB_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * A folder into which other programs put files. A file is taken when it is complete: it was renamed
 * into the folder, or its size and time have not changed for `settle_ms`. Names that begin with a
 * dot or end in .part, .tmp or .filepart, and what is no regular file, are not looked at. Where
 * inotify is not to be had (network file systems) looking now and then finds the same.
 */
struct watch;

/* NULL and `*why` when the folder cannot be read. Caller frees. */
struct watch *watch_new(const char *folder, long settle_ms, const char **why);
void watch_free(struct watch *w);

/* Readable when something has happened in the folder; -1 without inotify. */
int watch_descriptor(const struct watch *w);

/* The paths of the complete files, by name, ended by NULL; NULL and `*why`. `now_ms` is a monotonic
 * time. When others are not complete yet, `*settles_in` is after how many milliseconds to look
 * again, else -1. */
char **watch_look(struct watch *w, struct arena *a, long now_ms, long *settles_in,
		  const char **why);

/* A monotonic time in milliseconds. */
long watch_now(void);

#endif
