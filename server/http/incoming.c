/* Room 1, inwards: from a complete head to a clean message with its body. */
#include "http/incoming.h"

#include <string.h>

#include <civetweb.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/text.h"
#include "http/chunk.h"
#include "http/peers.h"

enum { FIRST_BODY = 16 * 1024 };

/* The body while it arrives. It doubles, so that a length alone takes no memory. */
struct body {
	char *bytes;
	size_t size, room;
};

static bool refuse(struct worker *w, int status, const char *code, const char *detail)
{
	w->head.status = status;
	w->head.code = code;
	w->head.detail = detail;
	return false;
}

static bool grow(struct worker *w, struct body *b, size_t more)
{
	size_t need = b->size + more, limit = (size_t)config.body_max;

	if (need > limit)
		return refuse(w, 413, "too_large", "the body is larger than the service takes");
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

/* Bytes that have arrived, waiting until `until_us` for them; 0 when refused. */
static size_t more(struct worker *w, struct mg_connection *conn, const char **data,
		   int64_t until_us)
{
	int64_t left = until_us - clock_monotonic_us();
	int n = left > 0 ? mg_peek_body(conn, data, (int)(left / 1000) + 1) : -1;

	if (n > 0)
		return (size_t)n;
	if (n < 0)
		refuse(w, 408, "request_timeout", "the body took too long to arrive");
	else
		refuse(w, 400, "bad_request", "the connection ended before the body did");
	return 0;
}

static bool read_plain(struct worker *w, struct mg_connection *conn, struct body *b,
		       int64_t until_us)
{
	size_t length = (size_t)w->head.content_length;

	while (b->size < length) {
		const char *data;
		size_t n = more(w, conn, &data, until_us), left = length - b->size;

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
		size_t n = more(w, conn, &data, until_us), used, size;

		if (n == 0)
			return false;
		step = chunk_decode(c, data, n, &used, &size);
		if (step == CHUNK_BAD)
			return refuse(w, 400, "bad_request", "the chunked body is malformed");
		if (step == CHUNK_DATA && !append(w, b, data + used - size, size))
			return false;
		mg_take_body(conn, (int)used);
	}
	return true;
}

/* RFC 9110, 10.1.1: who asks first is answered, unless the body is there anyway. */
static void say_continue(struct worker *w, struct mg_connection *conn)
{
	static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const char *data;

	if (w->head.expects_continue && !w->head.http10 && mg_peek_body(conn, &data, 0) < 0)
		mg_write(conn, interim, sizeof(interim) - 1);
}

static bool read_body(struct worker *w, struct mg_connection *conn, struct message *m)
{
	struct body b = {.bytes = NULL};
	int64_t until_us = clock_monotonic_us() + config.head_timeout_ms * 1000;

	if (!w->head.chunked && w->head.content_length == 0)
		return true;
	if (w->head.content_length > (uint64_t)config.body_max)
		return refuse(w, 413, "too_large", "the body is larger than the service takes");
	say_continue(w, conn);
	if (!(w->head.chunked ? read_chunked : read_plain)(w, conn, &b, until_us))
		return false;
	if (b.size > 0) {
		b.bytes[b.size] = '\0';
		m->body = b.bytes;
		m->body_size = b.size;
	}
	return true;
}

/* One segment of the path, decoded. Empty ones and dots never name anything here. */
static bool add_segment(struct worker *w, struct message *m, const char *s, size_t len)
{
	const char *text = text_percent_decode(w->arena, s, len, false);

	if (text == NULL)
		return refuse(w, 400, "bad_request", "an escape in the path is malformed");
	if (m->segment_count == SEGMENTS_MAX || *text == '\0' || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0)
		return refuse(w, 404, "not_found", "no resource has such a path");
	m->segments[m->segment_count++] = text;
	return true;
}

static bool split_path(struct worker *w, struct message *m)
{
	const char *s = m->raw_path + 1;

	while (*s != '\0') {
		size_t len = strcspn(s, "/");

		if (!add_segment(w, m, s, len))
			return false;
		s += len;
		if (*s == '/' && *++s == '\0')
			return refuse(w, 404, "not_found", "no resource has such a path");
	}
	return true;
}

/* A piece of the arena's copy of the head, ended there by a NUL. */
static const char *piece(char *head, struct span s)
{
	head[s.at + s.len] = '\0';
	return head + s.at;
}

static void fill(struct worker *w, struct message *m)
{
	const struct head *h = &w->head;
	char *copy = arena_copy(w->arena, w->buf, w->head_len);

	m->method = piece(copy, h->method);
	m->raw_path = h->path.len > 0 ? piece(copy, h->path) : "/";
	m->raw_query = h->has_query ? piece(copy, h->query) : NULL;
	m->header_count = h->header_count;
	for (size_t i = 0; i < h->header_count; i++)
		m->headers[i] = (struct header){.name = piece(copy, h->names[i]),
						.value = piece(copy, h->values[i])};
}

struct request *incoming_new(struct worker *w, struct mg_connection *conn)
{
	struct request *r = arena_alloc(w->arena, sizeof(*r));

	r->arena = w->arena;
	r->in.method = r->in.raw_path = "";
	r->in.remote = mg_get_request_info(conn)->remote_addr;
	r->in.loopback = peers_is_loopback(r->in.remote);
	return r;
}

bool incoming_read(struct worker *w, struct mg_connection *conn, struct request *r)
{
	fill(w, &r->in);
	return split_path(w, &r->in) && read_body(w, conn, &r->in);
}
