/*
 * Reads the body of a request, plain or chunked, within its limits of size and time.
 * Tested through tests/protocol/requests.test.mjs: it only moves bytes between socket and decoder.
 */
#include "http/body.h"

#include <string.h>

#include <civetweb.h>

#include "base/clock.h"
#include "base/config.h"
#include "http/chunk.h"

enum { FIRST_BODY = 16 * 1024 };

/* The body while it arrives. It doubles, so that a length alone takes no memory. */
struct body {
	char *bytes;
	size_t size, room;
};

static bool grow(struct worker *w, struct body *b, size_t more)
{
	size_t need = b->size + more, limit = (size_t)config.body_max;

	if (need > limit)
		return worker_refuse(w, 413, "too_large",
				     "the body is larger than the service takes");
	if (need < b->room)
		return true;

	size_t room = b->room > 0 ? b->room : FIRST_BODY;

	while (room <= need)
		room *= 2;

	char *bytes = arena_alloc(w->arena, room);

	if (b->size > 0)
		memcpy(bytes, b->bytes, b->size);
	b->bytes = bytes;
	b->room = room;
	return true;
}

static bool append(struct worker *w, struct body *b, const char *bytes, size_t size)
{
	if (!grow(w, b, size))
		return false;
	memcpy(b->bytes + b->size, bytes, size);
	b->size += size;
	return true;
}

size_t body_more(struct worker *w, struct mg_connection *conn, const char **data, int64_t until_us)
{
	int64_t left = until_us - clock_monotonic_us();
	int n = left > 0 ? mg_peek_body(conn, data, (int)(left / 1000) + 1) : -1;

	if (n > 0)
		return (size_t)n;
	if (n < 0)
		worker_refuse(w, 408, "request_timeout", "the body took too long to arrive");
	else
		worker_refuse(w, 400, "bad_request", "the connection ended before the body did");
	return 0;
}

static bool read_plain(struct worker *w, struct mg_connection *conn, struct body *b,
		       int64_t until_us)
{
	size_t length = (size_t)w->head.content_length;

	while (b->size < length) {
		const char *data;
		size_t n = body_more(w, conn, &data, until_us), left = length - b->size;

		if (n > left)
			n = left;
		if (n == 0 || !append(w, b, data, n))
			return false;
		mg_take_body(conn, (int)n);
	}
	return true;
}

static bool read_chunked(struct worker *w, struct mg_connection *conn, struct body *b,
			 int64_t until_us)
{
	struct chunk *c = arena_alloc(w->arena, sizeof(*c));
	enum chunk_step step = CHUNK_MORE;

	while (step != CHUNK_END) {
		const char *data;
		size_t n = body_more(w, conn, &data, until_us), used, size;

		if (n == 0)
			return false;
		step = chunk_decode(c, data, n, &used, &size);
		if (step == CHUNK_BAD)
			return worker_refuse(w, 400, "bad_request",
					     "the chunked body is malformed");
		if (step == CHUNK_DATA && !append(w, b, data + used - size, size))
			return false;
		mg_take_body(conn, (int)used);
	}
	return true;
}

/* RFC 9110, 10.1.1: who asks first is answered, unless the body is there anyway. */
void body_say_continue(struct worker *w, struct mg_connection *conn)
{
	static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const char *data;

	if (w->head.expects_continue && !w->head.http10 && mg_peek_body(conn, &data, 0) < 0)
		mg_write(conn, interim, sizeof(interim) - 1);
}

bool body_read(struct worker *w, struct mg_connection *conn, struct message *m)
{
	struct body b = {.bytes = NULL};
	int64_t until_us = clock_monotonic_us() + config.head_timeout_ms * 1000;

	if (!w->head.chunked && w->head.content_length == 0)
		return true;
	if (w->head.content_length > (uint64_t)config.body_max)
		return worker_refuse(w, 413, "too_large",
				     "the body is larger than the service takes");
	body_say_continue(w, conn);
	if (!(w->head.chunked ? read_chunked : read_plain)(w, conn, &b, until_us))
		return false;
	if (b.size > 0) {
		b.bytes[b.size] = '\0';
		m->body = b.bytes;
		m->body_size = b.size;
	}
	return true;
}
