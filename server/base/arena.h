#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory that lives as long as one request (or as the process). Nothing taken from an arena is
 * freed alone: arena_clear() takes it all back at once and keeps one block for the next request.
 * Out of memory, or more than `limit` bytes from one arena, ends the process: what a client can
 * make grow is bounded where it enters, so passing the limit is a bug. Not thread-safe.
 */
struct arena;

/* A new arena that may hand out at most `limit` bytes between two clears. Caller frees. */
struct arena *arena_new(size_t limit);

/* Releases the adopted objects, newest first, and makes the memory ready for the next request. */
void arena_clear(struct arena *a);

void arena_free(struct arena *a);

/*
 * As arena_new(), but takes an arena that was put back, the last one first. So as many are in
 * memory as were ever used at once, however many threads take turns. These two are thread-safe.
 */
struct arena *arena_borrow(size_t limit);

/* Clears the arena and keeps it for the next borrower. NULL does nothing. */
void arena_put_back(struct arena *a);

/* `size` zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);

/* A NUL-terminated copy of `len` bytes; `arena_copy(a, s, strlen(s))` duplicates a string. */
char *arena_copy(struct arena *a, const char *ptr, size_t len);

/* A copy of a string; NULL stays NULL. */
char *arena_dup(struct arena *a, const char *s);

/* The formatted text, NUL-terminated. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Hands a foreign object (json_t, PGresult, EVP_PKEY) over: release(object) runs at the clear. */
void arena_adopt(struct arena *a, void (*release)(void *), void *object);

/* Bytes handed out since the last clear. */
size_t arena_used(const struct arena *a);

#endif
