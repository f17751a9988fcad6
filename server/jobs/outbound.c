/*
 * Requests to others over libcurl's multi interface.
 * Tested through tests/api/webhooks.test.mjs: without a server there is nothing of it.
 */
#include "jobs/outbound.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/config.h"
#include "jobs/guard.h"

enum { RETRY_AFTER_MAX_S = 24 * 3600 };

struct outbound {
	CURLM *multi;
	struct transfer *transfers;
};

struct transfer {
	struct transfer *next, **link;
	CURL *curl;
	struct curl_slist *headers;
	void *owner;
	bool refused; /* the address may not be connected to */
};

static void must(bool fine)
{
	if (!fine)
		abort();
}

struct outbound *outbound_new(void)
{
	struct outbound *o = calloc(1, sizeof(*o));

	must(o != NULL && (o->multi = curl_multi_init()) != NULL);
	return o;
}

static void end_transfer(struct outbound *o, struct transfer *t)
{
	curl_multi_remove_handle(o->multi, t->curl);
	curl_easy_cleanup(t->curl);
	curl_slist_free_all(t->headers);
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
	free(t);
}

void outbound_free(struct outbound *o)
{
	for (struct transfer *t = o->transfers, *next; t != NULL; t = next) {
		next = t->next;
		end_transfer(o, t);
	}
	curl_multi_cleanup(o->multi);
	free(o);
}

/* After the name is resolved and before anything is sent: no second look-up changes the answer */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = context;

	(void)purpose;
	if (!guard_may_connect(&address->addr)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Thrown away: the time limit bounds how much of it there can be. */
static size_t on_body(char *bytes, size_t one, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return one * count;
}

static void set_limits(CURL *c)
{
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, config.webhook_timeout_ms);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, config.sandbox ? "http,https" : "https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "samhandlingd");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (*config.ca_certificates != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, config.ca_certificates);
}

static void set_call(struct transfer *t, const struct outbound_call *call)
{
	CURL *c = t->curl;

	curl_easy_setopt(c, CURLOPT_URL, call->url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_size);
	curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, call->body);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
}

void outbound_send(struct outbound *o, const struct outbound_call *call)
{
	struct transfer *t = calloc(1, sizeof(*t));

	must(t != NULL);
	t->owner = call->owner;
	t->curl = curl_easy_init();
	must(t->curl != NULL);
	for (const char *const *h = call->headers; *h != NULL; h++)
		t->headers = curl_slist_append(t->headers, *h);
	set_limits(t->curl);
	set_call(t, call);
	t->next = o->transfers;
	t->link = &o->transfers;
	if (t->next != NULL)
		t->next->link = &t->next;
	o->transfers = t;
	curl_multi_add_handle(o->multi, t->curl);
}

static const char *error_word(const struct transfer *t, CURLcode code)
{
	static const struct {
		CURLcode code;
		const char *word;
	} words[] = {
		{CURLE_COULDNT_RESOLVE_HOST, "dns"},	  {CURLE_OPERATION_TIMEDOUT, "timeout"},
		{CURLE_UNSUPPORTED_PROTOCOL, "protocol"}, {CURLE_URL_MALFORMAT, "protocol"},
		{CURLE_SSL_CONNECT_ERROR, "tls"},	  {CURLE_PEER_FAILED_VERIFICATION, "tls"},
		{CURLE_SSL_CERTPROBLEM, "tls"},		  {CURLE_SSL_CACERT_BADFILE, "tls"},
	};

	if (t->refused)
		return "address";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].code == code)
			return words[i].word;
	return "connection";
}

static void tell(const struct transfer *t, CURLcode code, struct outbound_result *out)
{
	curl_off_t took_us = 0, retry_after_s = 0;

	*out = (struct outbound_result){.owner = t->owner};
	if (code == CURLE_OK)
		curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &out->status);
	else
		out->error = error_word(t, code);
	curl_easy_getinfo(t->curl, CURLINFO_TOTAL_TIME_T, &took_us);
	curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &retry_after_s);
	out->took_ms = took_us / 1000;
	out->retry_after_s = retry_after_s < RETRY_AFTER_MAX_S ? retry_after_s : RETRY_AFTER_MAX_S;
}

bool outbound_next(struct outbound *o, struct outbound_result *out)
{
	int running, left;
	CURLMsg *message;

	curl_multi_perform(o->multi, &running);
	while ((message = curl_multi_info_read(o->multi, &left)) != NULL) {
		char *private = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);

		struct transfer *t = (struct transfer *)(void *)private;

		tell(t, message->data.result, out);
		end_transfer(o, t);
		return true;
	}
	return false;
}

void outbound_wait(struct outbound *o, int ms)
{
	curl_multi_poll(o->multi, NULL, 0, ms, NULL);
}

void outbound_wake(struct outbound *o)
{
	curl_multi_wakeup(o->multi);
}
