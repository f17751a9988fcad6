/* Growing text in an arena; used wherever the client puts a message or a body together. */
#include "lib/text.h"

#include <stdarg.h>
#include <string.h>

enum { FIRST_SIZE = 128 };

static void make_room(struct text *t, size_t more)
{
	size_t size = t->size;
	char *bytes;

	if (t->length + more < size)
		return;
	while (size <= t->length + more)
		size *= 2;
	bytes = arena_alloc(t->arena, size);
	memcpy(bytes, t->bytes, t->length + 1);
	t->bytes = bytes;
	t->size = size;
}

void text_init(struct text *t, struct arena *a)
{
	*t = (struct text){.arena = a, .bytes = arena_alloc(a, FIRST_SIZE), .size = FIRST_SIZE};
}

void text_add_bytes(struct text *t, const char *bytes, size_t count)
{
	make_room(t, count);
	memcpy(t->bytes + t->length, bytes, count);
	t->length += count;
	t->bytes[t->length] = '\0';
}

void text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_add(t, arena_vprintf(t->arena, format, args));
	va_end(args);
}
