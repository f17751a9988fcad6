/*
 * What CivetWeb calls: a new connection, each piece of a head, a complete request, the end.
 * Tested through tests/protocol/requests.test.mjs: without sockets there is nothing of it.
 */
#include "http/entry.h"

#include <stdlib.h>

#include "api/request.h"
#include "base/clock.h"
#include "base/event.h"
#include "http/coding.h"
#include "http/incoming.h"
#include "http/outgoing.h"
#include "http/peers.h"
#include "http/worker.h"

static struct entry *entry_of(const struct mg_connection *conn)
{
	return mg_get_user_data(mg_get_context(conn));
}

static void forget(struct worker *w)
{
	arena_put_back(w->arena);
	w->arena = NULL;
	head_clear(&w->head);
	w->head_len = 0;
	w->started_us = 0;
}

/* Answers what the worker's head was refused for. */
static void refuse(struct worker *w, struct mg_connection *conn, struct request *r)
{
	const struct head *h = &w->head;

	dispatch_refuse(r, h->status, h->code, h->detail);
	outgoing_send(w, conn, r, false);
	event(E_REQUEST_REFUSED, "\"status\":%d,\"code\":\"%s\",\"detail\":\"%s\"", h->status,
	      h->code, h->detail);
}

static void answer(struct worker *w, struct mg_connection *conn, struct request *r)
{
	bool keep;

	coding_read(r);
	dispatch(r);
	coding_apply(r);
	if (r->in.source != NULL && !r->in.source->ended)
		/* the rest of the body stands where the next request would */
		r->reply.close = true;
	keep = !w->head.http10 && !w->head.wants_close && !r->reply.close &&
	       !atomic_load_explicit(&entry_of(conn)->draining, memory_order_relaxed);

	int64_t made_us = clock_monotonic_us();

	if (!outgoing_send(w, conn, r, keep))
		mg_disable_connection_keep_alive(conn);
	else if (!keep)
		/* also from who has more under way */
		mg_close_gently(conn);
	/* a stream took as long as its beginning, not as long as somebody listened */
	if (r->reply.stream == NULL)
		made_us = clock_monotonic_us();
	dispatch_finished(r, made_us - w->started_us);
}

static int on_request(struct mg_connection *conn)
{
	struct entry *e = entry_of(conn);
	struct worker *w = mg_get_thread_pointer(conn);
	struct request *r = incoming_new(w, conn);

	atomic_fetch_add_explicit(&e->under_way, 1, memory_order_relaxed);
	if (incoming_read(w, conn, r)) {
		answer(w, conn, r);
	} else {
		mg_close_gently(conn);
		refuse(w, conn, r);
	}
	forget(w);
	atomic_fetch_sub_explicit(&e->under_way, 1, memory_order_release);
	return 1;
}

/* A head that was refused, that is too large for the buffer, or that took too long. */
static int on_refusal(struct mg_connection *conn, int status, const char *text)
{
	struct worker *w = mg_get_thread_pointer(conn);
	struct head *h = &w->head;

	(void)text;
	if (h->status == 0) {
		h->status = status;
		h->code = status == 408 ? "request_timeout" : "header_too_large";
		h->detail = status == 408 ? "the head took too long to arrive"
					  : "the head is too large";
	}
	mg_close_gently(conn);
	refuse(w, conn, incoming_new(w, conn));
	forget(w);
	return 0;
}

static int on_bytes(struct mg_connection *conn, const char *buf, int len)
{
	struct worker *w = mg_get_thread_pointer(conn);

	if (len == 0)
		return 0;
	if (w->started_us == 0)
		w->started_us = clock_monotonic_us();
	w->buf = buf;

	int n = head_scan(&w->head, buf, (size_t)len);

	w->head_len = n > 0 ? (size_t)n : 0;
	return n;
}

/* ---- connections and threads ---- */

static int on_connection(struct mg_connection *conn)
{
	struct worker *w = mg_get_thread_pointer(conn);
	const struct mg_request_info *info = mg_get_request_info(conn);

	forget(w);
	w->counted = peers_enter(entry_of(conn)->peers, info->remote_addr);
	if (w->counted)
		return 1;
	/* before TLS there is nobody to talk to; and no lingering, this may be a flood */
	if (!info->is_ssl) {
		w->head.status = 429;
		w->head.code = "too_many_requests";
		w->head.detail = "too many connections from this address";
		refuse(w, conn, incoming_new(w, conn));
	}
	return 0;
}

static void on_end(const struct mg_connection *conn)
{
	struct worker *w = mg_get_thread_pointer(conn);

	if (w->counted)
		peers_leave(entry_of(conn)->peers, mg_get_request_info(conn)->remote_addr);
	w->counted = false;
	forget(w);
}

static void *on_thread(const struct mg_context *context, int type)
{
	struct worker *w;

	(void)context;
	if (type != 1)
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		abort();
	return w;
}

static void on_thread_end(const struct mg_context *context, int type, void *pointer)
{
	struct worker *w = pointer;

	(void)context;
	if (type != 1 || w == NULL)
		return;
	arena_put_back(w->arena);
	free(w);
}

/* CivetWeb's own log is of no use: what matters is an event, and start-up errors are in `why`. */
static int on_log(const struct mg_connection *conn, const char *message)
{
	(void)conn;
	(void)message;
	return 1;
}

const struct mg_callbacks entry_callbacks = {
	.begin_request = on_request,
	.http_error = on_refusal,
	.scan_head = on_bytes,
	.admit_connection = on_connection,
	.connection_closed = on_end,
	.init_thread = on_thread,
	.exit_thread = on_thread_end,
	.log_message = on_log,
};
