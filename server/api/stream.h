#ifndef API_STREAM_H
#define API_STREAM_H

#include "api/request.h"
#include "base/arena.h"

/*
 * An answer that is written in pieces: one that is too large to be held (an export), or that is not
 * over yet (events). An operation in C (api/ops.h) calls stream_answer() and returns ANSWERED; when
 * rooms 1 to 5 are done, room 6 writes the head and then asks for one piece after the other, in the
 * request's thread, until the end or until the client is gone.
 */

enum stream_step {
	STREAM_PIECE,  /* `piece` is to be sent; ask again */
	STREAM_END,    /* the answer is whole; `piece` is not sent */
	STREAM_BROKEN, /* it cannot be finished: the client is shown that it is cut off */
};

struct stream_piece {
	const char *bytes; /* in the memory of `a`, or in one that outlives the piece */
	size_t size;	   /* 0: nothing to send now */
};

struct stream {
	/*
	 * Makes the next piece. `a` (16 MiB at most) is cleared when the piece has left: what must
	 * last longer stands in `state`, which the request's arena owns (arena_adopt() for what is
	 * to be released, also when the client goes). May wait, but must not hold a database
	 * connection when it returns: the client reads as slowly as it likes, and a piece that it
	 * does not take within the head's time limit ends the answer. A wait must end when
	 * the daemon stops (news_wait() does), or the process ends without it after ten seconds.
	 */
	enum stream_step (*next)(struct request *r, struct arena *a, struct stream_piece *piece);
	void *state;
};

/*
 * The answer: status 200, of this media type, in pieces. Copies `s`. To a HEAD the head alone is
 * sent, and next() is never called.
 */
void stream_answer(struct request *r, const char *content_type, const struct stream *s);

#endif
