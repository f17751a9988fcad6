/* The frame around HL7 v2 messages; no I/O. */
#include "dps/frame.h"

#include <string.h>

char *frame_room(struct frame *f, size_t *room)
{
	*room = sizeof(f->bytes) - f->length;
	return f->bytes + f->length;
}

/* Moves what follows the first `count` bytes to the start. */
static void cut(struct frame *f, size_t count)
{
	memmove(f->bytes, f->bytes + count, f->length - count);
	f->length -= count;
}

void frame_add(struct frame *f, size_t count)
{
	const char *begin;

	f->length += count;
	begin = memchr(f->bytes, FRAME_BEGIN, f->length);
	cut(f, begin != NULL ? (size_t)(begin - f->bytes) : f->length);
}

/* Where 0x1C 0x0D begins, or NULL. */
static const char *ending(const struct frame *f)
{
	static const char end[] = {FRAME_END, FRAME_TAIL};

	return memmem(f->bytes, f->length, end, sizeof(end));
}

bool frame_message(struct frame *f, const char **message, size_t *size)
{
	const char *end = ending(f);

	if (end == NULL)
		return false;
	*message = f->bytes + 1;
	*size = (size_t)(end - f->bytes) - 1;
	return true;
}

void frame_drop(struct frame *f)
{
	const char *end = ending(f);

	if (end != NULL) {
		cut(f, (size_t)(end - f->bytes) + 2);
		frame_add(f, 0);
	}
}
