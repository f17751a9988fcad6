/*
 * Room 1, inwards: from a complete head to a clean message with its body.
 * Tested through tests/protocol/requests.test.mjs: the parts that decide are head, text and body.
 */
#include "http/incoming.h"

#include <string.h>

#include <civetweb.h>

#include "auth/certificate.h"
#include "base/address.h"
#include "base/config.h"
#include "base/text.h"
#include "http/body.h"
#include "http/body_stream.h"

enum { REQUEST_MEMORY = 16 * 1024 * 1024 /* an arena's limit: passing it is a bug */ };

/* One segment of the path, decoded. Empty ones and dots never name anything here. */
static bool add_segment(struct worker *w, struct message *m, const char *s, size_t len)
{
	const char *text = text_percent_decode(w->arena, s, len, false);

	if (text == NULL)
		return worker_refuse(w, 400, "bad_request", "an escape in the path is malformed");
	if (m->segment_count == SEGMENTS_MAX || *text == '\0' || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0)
		return worker_refuse(w, 404, "not_found", "no resource has such a path");
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
			return worker_refuse(w, 404, "not_found", "no resource has such a path");
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
	/* not before there is a request: most connections wait most of the time */
	if (w->arena == NULL)
		w->arena = arena_borrow(REQUEST_MEMORY);

	struct request *r = arena_alloc(w->arena, sizeof(*r));

	r->arena = w->arena;
	r->in.method = r->in.raw_path = "";
	r->in.remote = mg_get_request_info(conn)->remote_addr;
	r->in.loopback = address_is_loopback(r->in.remote);
	r->in.tls = mg_get_request_info(conn)->is_ssl != 0;
	return r;
}

/*
 * What the caller has shown: on its own connection to us, or else to the proxy whose header we were
 * told to trust. A header that came twice was not set by that proxy alone.
 */
static const char *certificate(struct worker *w, struct mg_connection *conn, struct request *r)
{
	const struct mg_client_cert *shown = mg_get_request_info(conn)->client_cert;
	const char *name = config.client_cert_header, *value;
	char thumbprint[THUMBPRINT_SIZE];

	if (shown != NULL && shown->peer_cert != NULL)
		return certificate_of_peer(shown->peer_cert, thumbprint)
			       ? arena_dup(w->arena, thumbprint)
			       : NULL;
	if (*name == '\0' || r->in.tls || request_header_count(r, name) != 1)
		return NULL;
	value = request_header(r, name);
	return certificate_of_header(w->arena, value);
}

bool incoming_read(struct worker *w, struct mg_connection *conn, struct request *r)
{
	fill(w, &r->in);
	/* what a proxy on this machine passes on comes from elsewhere */
	if (request_header(r, "Forwarded") != NULL || request_header(r, "X-Forwarded-For") != NULL)
		r->in.loopback = false;
	r->in.certificate = certificate(w, conn, r);
	if (!split_path(w, &r->in))
		return false;
	if (!request_is_streamed(r))
		return body_read(w, conn, &r->in);
	r->in.source = body_stream_open(w, conn);
	return r->in.source != NULL;
}
