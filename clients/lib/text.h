#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stddef.h>

#include "base/arena.h"

/* Text that grows in an arena's memory; always NUL-terminated, `length` does not count the NUL. */
struct text {
	struct arena *arena;
	char *bytes;
	size_t length, size;
};

/* Makes `t` empty. What it holds lives as long as the arena. */
void text_init(struct text *t, struct arena *a);

void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const char *bytes, size_t count);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
