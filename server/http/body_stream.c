/*
 * Hands a large body on as it arrives: nothing of it is kept.
 * Tested through tests/protocol/streams.test.mjs: it only moves bytes between socket and decoder.
 */
#include "http/body_stream.h"

#include <civetweb.h>

#include "base/clock.h"
#include "base/config.h"
#include "http/body.h"
#include "http/chunk.h"

enum {
	MEGABYTE = 1024 * 1024,
	BYTE_US = 8000 /* 125 bytes a second: who is slower holds a thread for nothing */
};

struct body_stream {
	struct body_source source; /* first: what the operation holds */
	struct worker *worker;
	struct mg_connection *conn;
	struct chunk chunk;
	uint64_t received, announced; /* bytes of the body */
	int64_t waited_us;	      /* for the client; our own work does not count */
	size_t given;		      /* bytes of the connection's buffer that are done with */
	bool begun;
};

static uint64_t limit(void)
{
	return (uint64_t)config.import_max_mb * MEGABYTE;
}

static long refuse(struct body_stream *b)
{
	const struct head *h = &b->worker->head;

	b->source.status = h->status;
	b->source.code = h->code;
	b->source.detail = h->detail;
	return -1;
}

static long too_large(struct body_stream *b)
{
	worker_refuse(b->worker, 413, "too_large", "the body is larger than the service takes");
	return refuse(b);
}

/* What has been read is taken only now, since it lies in the connection's buffer. */
static size_t next_bytes(struct body_stream *b, const char **data)
{
	if (b->given > 0)
		mg_take_body(b->conn, (int)b->given);
	b->given = 0;
	if (!b->begun)
		body_say_continue(b->worker, b->conn);
	b->begun = true;

	int64_t begun_us = clock_monotonic_us(), pause_us = config.head_timeout_ms * 1000;
	int64_t left_us = pause_us + (int64_t)b->received * BYTE_US - b->waited_us;
	size_t n = body_more(b->worker, b->conn, data,
			     begun_us + (left_us < pause_us ? left_us : pause_us));

	b->waited_us += clock_monotonic_us() - begun_us;
	return n;
}

static long next_plain(struct body_stream *b, const char **data)
{
	uint64_t left = b->announced - b->received;

	if (left == 0)
		return 0;

	size_t n = next_bytes(b, data);

	if (n == 0)
		return refuse(b);
	if (n > left)
		n = (size_t)left;
	b->given = n;
	b->received += n;
	return (long)n;
}

static long next_chunked(struct body_stream *b, const char **data)
{
	for (;;) {
		size_t n = next_bytes(b, data), used, size = 0;

		if (n == 0)
			return refuse(b);

		enum chunk_step step = chunk_decode(&b->chunk, *data, n, &used, &size);

		b->given = used;
		if (step == CHUNK_BAD) {
			worker_refuse(b->worker, 400, "bad_request",
				      "the chunked body is malformed");
			return refuse(b);
		}
		if (step == CHUNK_END)
			return 0;
		if (step == CHUNK_DATA) {
			b->received += size;
			*data += used - size;
			return b->received > limit() ? too_large(b) : (long)size;
		}
	}
}

static long next(struct body_source *source, const char **data)
{
	struct body_stream *b = (struct body_stream *)source;
	long n;

	if (source->ended)
		return 0;
	n = b->worker->head.chunked ? next_chunked(b, data) : next_plain(b, data);
	if (n == 0) {
		if (b->given > 0)
			mg_take_body(b->conn, (int)b->given);
		b->given = 0;
		source->ended = true;
	}
	return n;
}

struct body_source *body_stream_open(struct worker *w, struct mg_connection *conn)
{
	struct body_stream *b;

	if (w->head.content_length > limit()) {
		worker_refuse(w, 413, "too_large", "the body is larger than the service takes");
		return NULL;
	}
	b = arena_alloc(w->arena, sizeof(*b));
	b->source.next = next;
	b->worker = w;
	b->conn = conn;
	b->announced = w->head.content_length;
	return &b->source;
}
