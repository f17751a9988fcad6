/*
 * Room 1's door: CivetWeb with our limits.
 * Tested through tests/protocol/limits.test.mjs: without sockets there is nothing of it.
 */
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <civetweb.h>

#include "base/clock.h"
#include "base/config.h"
#include "http/entry.h"
#include "http/head.h"
#include "http/peers.h"

enum {
	BUFFER = 2 * HEAD_MAX, /* the head, and room behind it to read bodies through */
	STOP_WAIT_MS = 10 * 1000,
	OPTIONS_MAX = 48,
	TEXT_MAX = 1024
};

struct http_server {
	struct mg_context *context;
	struct entry entry;
	char ports[TEXT_MAX], numbers[4][24];
	const char *options[OPTIONS_MAX];
	size_t option_count;
};

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
	/* asked for, not demanded: a token may be bound to what is shown */
	if (*config.tls_client_ca != '\0') {
		option(s, "ssl_verify_peer", "optional");
		option(s, "ssl_ca_file", config.tls_client_ca);
	}
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
	return true;
}

static bool start(struct http_server *s, char why[256])
{
	struct mg_init_data init = {.callbacks = &entry_callbacks,
				    .user_data = &s->entry,
				    .configuration_options = s->options};
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
	s->entry.peers =
		peers_new((size_t)config.threads, (unsigned)config.connections_per_address);
	if (!set_options(s, why) || !start(s, why)) {
		peers_free(s->entry.peers);
		free(s);
		return NULL;
	}
	return s;
}

void http_drain(struct http_server *s)
{
	if (!atomic_exchange(&s->entry.draining, true))
		mg_stop_accepting(s->context);
}

bool http_stop(struct http_server *s)
{
	int64_t until_us = clock_monotonic_us() + (int64_t)STOP_WAIT_MS * 1000;

	http_drain(s);
	while (atomic_load(&s->entry.under_way) > 0) {
		if (clock_monotonic_us() > until_us)
			return false;
		usleep(2000);
	}
	mg_stop(s->context);
	mg_exit_library();
	peers_free(s->entry.peers);
	free(s);
	return true;
}
