/*
 * Room 6: a reply becomes bytes, head and body in one write, or in pieces as they are made.
 * Tested through tests/protocol/answers.test.mjs: what it writes is what counts.
 */
#include "http/outgoing.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <civetweb.h>

#include "base/clock.h"
#include "http/grammar.h"
#include "http/pieces.h"

enum { FIXED_HEAD = 512, COPIED_BODY_MAX = 64 * 1024 };

static const struct {
	int status;
	const char *text;
} reasons[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{303, "See Other"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{422, "Unprocessable Content"},
	{428, "Precondition Required"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
};

static const char *reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "";
}

/* Text that is being put together; room for all of it was taken before. */
struct out {
	char *at;
};

static void put(struct out *o, const char *s, size_t len)
{
	memcpy(o->at, s, len);
	o->at += len;
}

static void put_line(struct out *o, const char *name, const char *value)
{
	put(o, name, strlen(name));
	put(o, ": ", 2);
	put(o, value, strlen(value));
	put(o, "\r\n", 2);
}

/* A value that would break the head into two is a bug elsewhere; it must not become a hole. */
static bool is_clean(const struct header *h)
{
	return grammar_all(h->name, strlen(h->name), GRAMMAR_TOKEN) &&
	       grammar_all(h->value, strlen(h->value), GRAMMAR_VALUE);
}

static bool has_header(const struct reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (strcasecmp(reply->headers[i].name, name) == 0)
			return true;
	return false;
}

static size_t room_for(const struct reply *reply)
{
	size_t room = FIXED_HEAD;

	if (reply->content_type != NULL)
		room += strlen(reply->content_type);
	for (size_t i = 0; i < reply->header_count; i++)
		room += strlen(reply->headers[i].name) + strlen(reply->headers[i].value) + 4;
	return room;
}

/* The value of Date, formatted once a second. */
static const char *date(struct worker *w)
{
	time_t now = (time_t)clock_real_s();
	struct tm tm;

	if (now != w->date_s) {
		w->date_s = now;
		gmtime_r(&now, &tm);
		strftime(w->date, sizeof(w->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	}
	return w->date;
}

static void put_head(struct out *o, struct worker *w, const struct reply *reply, bool keep)
{
	o->at += sprintf(o->at, "HTTP/1.1 %d %s\r\n", reply->status, reason(reply->status));
	put_line(o, "Date", date(w));
	put_line(o, "Connection", keep ? "keep-alive" : "close");
	put_line(o, "X-Content-Type-Options", "nosniff");
	if (!has_header(reply, "Cache-Control"))
		put_line(o, "Cache-Control", "no-store");
	for (size_t i = 0; i < reply->header_count; i++)
		if (is_clean(&reply->headers[i]))
			put_line(o, reply->headers[i].name, reply->headers[i].value);
	if (reply->content_type != NULL)
		put_line(o, "Content-Type", reply->content_type);
}

static bool write_all(struct mg_connection *conn, const char *bytes, size_t size)
{
	return mg_write(conn, bytes, size) == (int)size;
}

/* The head alone, of what comes in pieces. */
static bool send_head(struct worker *w, struct mg_connection *conn, const struct reply *reply,
		      bool keep)
{
	char *start = arena_alloc(w->arena, room_for(reply));
	struct out o = {start};

	put_head(&o, w, reply, keep);
	if (!w->head.http10)
		put_line(&o, "Transfer-Encoding", "chunked");
	put(&o, "\r\n", 2);
	return write_all(conn, start, (size_t)(o.at - start));
}

static bool send_whole(struct worker *w, struct mg_connection *conn, const struct request *r,
		       bool keep)
{
	const struct reply *reply = &r->reply;
	bool bodiless = reply->status == 204 || reply->status == 304;
	size_t body = bodiless || strcmp(r->in.method, "HEAD") == 0 ? 0 : reply->body_size;
	/* one write for both, unless copying costs more than a second one */
	size_t copied = body <= COPIED_BODY_MAX ? body : 0;
	char *start = arena_alloc(w->arena, room_for(reply) + copied);
	struct out o = {start};

	put_head(&o, w, reply, keep);
	/* RFC 9110, 8.6: never with 204; a 304's would have to be the length of the 200 */
	if (!bodiless)
		o.at += sprintf(o.at, "Content-Length: %zu\r\n", reply->body_size);
	put(&o, "\r\n", 2);
	if (copied > 0)
		put(&o, reply->body, copied);
	return write_all(conn, start, (size_t)(o.at - start)) &&
	       (copied == body || write_all(conn, reply->body, body));
}

bool outgoing_send(struct worker *w, struct mg_connection *conn, struct request *r, bool keep)
{
	if (r->reply.stream == NULL)
		return send_whole(w, conn, r, keep);
	return send_head(w, conn, &r->reply, keep && !w->head.http10) &&
	       (strcmp(r->in.method, "HEAD") == 0 || pieces_send(w, conn, r));
}
