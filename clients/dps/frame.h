#ifndef DPS_FRAME_H
#define DPS_FRAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * MLLP (HL7 v2, appendix C): a message is the bytes between 0x0B and 0x1C 0x0D. What comes in is
 * gathered until a message is whole; bytes between messages are passed over.
 */
enum { FRAME_MESSAGE_MAX = 256 * 1024, FRAME_BEGIN = 0x0b, FRAME_END = 0x1c, FRAME_TAIL = 0x0d };

struct frame {
	size_t length;
	char bytes[FRAME_MESSAGE_MAX + 3];
};

/* Where the next bytes go and how many fit; 0: the sender exceeds FRAME_MESSAGE_MAX. */
char *frame_room(struct frame *f, size_t *room);

/* `count` bytes have been put there. */
void frame_add(struct frame *f, size_t count);

/* The first whole message: `*message` points into the frame and is good until frame_drop. */
bool frame_message(struct frame *f, const char **message, size_t *size);

/* Removes that message. */
void frame_drop(struct frame *f);

#endif
