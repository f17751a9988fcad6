/* Answers in pieces. */
#include "api/stream.h"

void stream_answer(struct request *r, const char *content_type, const struct stream *s)
{
	struct stream *copy = arena_alloc(r->arena, sizeof(*copy));

	*copy = *s;
	r->reply.status = 200;
	r->reply.content_type = content_type;
	r->reply.body = NULL;
	r->reply.body_size = 0;
	r->reply.stream = copy;
}
