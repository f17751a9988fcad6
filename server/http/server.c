/* Room 1's door: CivetWeb with our limits, one entry for every request. */
#include "http/server.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <civetweb.h>

#include "api/request.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/event.h"
#include "http/incoming.h"
#include "http/outgoing.h"
#include "http/peers.h"
#include "http/worker.h"

enum {
	REQUEST_MEMORY = 16 * 1024 * 1024, /* an arena's limit: passing it is a bug */
	BUFFER = 2 * HEAD_MAX,		   /* the head, and room behind it to read bodies through */
	STOP_WAIT_MS = 10 * 1000,
	OPTIONS_MAX = 32,
	TEXT_MAX = 1024
};

struct http_server {
	struct mg_context *context;
	struct peers *peers;
	atomic_int under_way; /* requests between a complete head and the end of their answer */
	atomic_bool draining;
	char ports[TEXT_MAX], numbers[4][24];
	const char *options[OPTIONS_MAX];
	size_t option_count;
};

/* ---- one request ---- */

static struct http_server *server_of(const struct mg_connection *conn)
{
	return mg_get_user_data(mg_get_context(conn));
}

static void forget(struct worker *w)
{
	arena_clear(w->arena);
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

	dispatch(r);
	keep = !w->head.http10 && !w->head.wants_close && !r->reply.close &&
	       !atomic_load_explicit(&server_of(conn)->draining, memory_order_relaxed);
	if (!outgoing_send(w, conn, r, keep) || !keep)
		mg_disable_connection_keep_alive(conn);
	dispatch_finished(r, clock_monotonic_us() - w->started_us);
}

static int on_request(struct mg_connection *conn)
{
	struct http_server *s = server_of(conn);
	struct worker *w = mg_get_thread_pointer(conn);
	struct request *r = incoming_new(w, conn);

	atomic_fetch_add_explicit(&s->under_way, 1, memory_order_relaxed);
	if (incoming_read(w, conn, r)) {
		answer(w, conn, r);
	} else {
		mg_close_gently(conn);
		refuse(w, conn, r);
	}
	forget(w);
	atomic_fetch_sub_explicit(&s->under_way, 1, memory_order_release);
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
	w->counted = peers_enter(server_of(conn)->peers, info->remote_addr);
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
		peers_leave(server_of(conn)->peers, mg_get_request_info(conn)->remote_addr);
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
	w->arena = arena_new(REQUEST_MEMORY);
	return w;
}

static void on_thread_end(const struct mg_context *context, int type, void *pointer)
{
	struct worker *w = pointer;

	(void)context;
	if (type != 1 || w == NULL)
		return;
	arena_free(w->arena);
	free(w);
}

/* CivetWeb's own log is of no use: what matters is an event, and start-up errors are in `why`. */
static int on_log(const struct mg_connection *conn, const char *message)
{
	(void)conn;
	(void)message;
	return 1;
}

/* ---- start and stop ---- */

static void option(struct http_server *s, const char *name, const char *value)
{
	s->options[s->option_count++] = name;
	s->options[s->option_count++] = value;
}

static void number(struct http_server *s, size_t slot, const char *name, long value)
{
	snprintf(s->numbers[slot], sizeof(s->numbers[slot]), "%ld", value);
	option(s, name, s->numbers[slot]);
}

/* "127.0.0.1:8080,127.0.0.1:8443s,…": every address with every port. */
static bool list_ports(struct http_server *s)
{
	const char *address = config.address;
	size_t n = 0;
	bool tls = *config.tls_certificate != '\0' && config.tls_port > 0;

	while (*address != '\0') {
		int len = (int)strcspn(address, ", ");

		if (len > 0 && config.port > 0)
			n += (size_t)snprintf(s->ports + n, TEXT_MAX - n, "%s%.*s:%ld",
					      n > 0 ? "," : "", len, address, config.port);
		if (len > 0 && tls && n < TEXT_MAX)
			n += (size_t)snprintf(s->ports + n, TEXT_MAX - n, "%s%.*s:%lds",
					      n > 0 ? "," : "", len, address, config.tls_port);
		if (n >= TEXT_MAX)
			return false;
		address += len;
		address += strspn(address, ", ");
	}
	return n > 0;
}

static bool set_tls(struct http_server *s)
{
	if (*config.tls_certificate == '\0')
		return true;
	option(s, "ssl_certificate", config.tls_certificate);
	option(s, "ssl_certificate_chain", config.tls_certificate);
	/* for TLS 1.2; what 1.3 has is all good */
	option(s, "ssl_cipher_list", "ECDHE+AESGCM:ECDHE+CHACHA20");
	if (strcmp(config.tls_versions, "1.2,1.3") == 0)
		option(s, "ssl_protocol_version", "4");
	else if (strcmp(config.tls_versions, "1.3") == 0)
		option(s, "ssl_protocol_version", "5");
	else
		return false;
	return true;
}

static bool set_options(struct http_server *s, char why[256])
{
	if (!list_ports(s)) {
		snprintf(why, 256, "neither PORT nor TLS gives an address to listen on");
		return false;
	}
	if (!set_tls(s)) {
		snprintf(why, 256, "TLS_VERSIONS is neither \"1.2,1.3\" nor \"1.3\"");
		return false;
	}
	option(s, "listening_ports", s->ports);
	number(s, 0, "num_threads", config.threads);
	number(s, 1, "request_timeout_ms", config.head_timeout_ms);
	number(s, 2, "keep_alive_timeout_ms", config.keep_alive_ms);
	number(s, 3, "max_request_size", BUFFER);
	option(s, "enable_keep_alive", "yes");
	option(s, "connection_queue", "256");
	option(s, "listen_backlog", "1024");
	option(s, "tcp_nodelay", "1");
	option(s, "decode_url", "no");
	option(s, "enable_directory_listing", "no");
	option(s, "access_control_allow_origin", "");
	return true;
}

static bool start(struct http_server *s, char why[256])
{
	static const struct mg_callbacks callbacks = {
		.begin_request = on_request,
		.http_error = on_refusal,
		.scan_head = on_bytes,
		.admit_connection = on_connection,
		.connection_closed = on_end,
		.init_thread = on_thread,
		.exit_thread = on_thread_end,
		.log_message = on_log,
	};
	struct mg_init_data init = {
		.callbacks = &callbacks, .user_data = s, .configuration_options = s->options};
	char text[200] = "";
	struct mg_error_data error = {.text = text, .text_buffer_size = sizeof(text)};

	mg_init_library(MG_FEATURES_TLS | MG_FEATURES_IPV6);
	s->context = mg_start2(&init, &error);
	if (s->context == NULL)
		snprintf(why, 256, "cannot listen on %.100s: %.120s", s->ports, text);
	return s->context != NULL;
}

struct http_server *http_start(char why[256])
{
	struct http_server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->peers = peers_new((size_t)config.threads, (unsigned)config.connections_per_address);
	if (!set_options(s, why) || !start(s, why)) {
		peers_free(s->peers);
		free(s);
		return NULL;
	}
	return s;
}

void http_drain(struct http_server *s)
{
	if (!atomic_exchange(&s->draining, true))
		mg_stop_accepting(s->context);
}

bool http_stop(struct http_server *s)
{
	int64_t until_us = clock_monotonic_us() + STOP_WAIT_MS * 1000;

	http_drain(s);
	while (atomic_load(&s->under_way) > 0) {
		if (clock_monotonic_us() > until_us)
			return false;
		usleep(2000);
	}
	mg_stop(s->context);
	mg_exit_library();
	peers_free(s->peers);
	free(s);
	return true;
}
