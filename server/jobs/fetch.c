/*
 * One exchange over libcurl.
 * Tested through tests/api/key-sets.test.mjs: without a server there is nothing of it.
 */
#include "jobs/fetch.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "jobs/fetch_header.h"

enum { FIRST_ROOM = 16 * 1024 };

struct fetcher {
	CURL *curl;
	const char *ca_file;
};

/* One exchange under way. */
struct exchange {
	const struct fetch_call *call;
	struct fetch_answer *answer;
	struct arena *arena;
	char *body;
	size_t size, room;
	bool too_large, refused;
};

bool fetch_start(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void fetch_stop(void)
{
	curl_global_cleanup();
}

struct fetcher *fetcher_new(const char *ca_file)
{
	struct fetcher *f = calloc(1, sizeof(*f));

	if (f == NULL)
		abort();
	f->curl = curl_easy_init();
	f->ca_file = ca_file == NULL ? "" : ca_file;
	if (f->curl == NULL)
		abort();
	return f;
}

void fetcher_free(struct fetcher *f)
{
	if (f == NULL)
		return;
	curl_easy_cleanup(f->curl);
	free(f);
}

/* Grows by doubling inside the arena: what is left behind is at most as much again. */
static size_t on_body(char *bytes, size_t one, size_t count, void *context)
{
	struct exchange *x = context;
	size_t size = one * count, need = x->size + size;

	if (need > x->call->answer_max) {
		x->too_large = true;
		return 0;
	}
	if (need + 1 > x->room) {
		size_t room = x->room == 0 ? FIRST_ROOM : x->room;

		while (room < need + 1)
			room *= 2;

		char *more = arena_alloc(x->arena, room);

		if (x->size > 0)
			memcpy(more, x->body, x->size);
		x->body = more;
		x->room = room;
	}
	memcpy(x->body + x->size, bytes, size);
	x->size = need;
	x->body[x->size] = '\0';
	return size;
}

static size_t on_header(char *line, size_t one, size_t count, void *context)
{
	fetch_header(((struct exchange *)context)->answer, line, one * count);
	return one * count;
}

/* After the name is resolved and before anything is sent: no second look-up can change the answer.
 */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = context;

	(void)purpose;
	if (x->call->may_connect != NULL &&
	    !x->call->may_connect(&address->addr, x->call->context)) {
		x->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static struct curl_slist *header_list(const struct fetch_call *call)
{
	struct curl_slist *list = NULL;

	for (const char *const *h = call->headers; h != NULL && *h != NULL; h++)
		list = curl_slist_append(list, *h);
	return list;
}

static void set_limits(CURL *c, const struct fetch_call *call)
{
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)call->total_ms);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->answer_max);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, call->plain ? "http,https" : "https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "samhandlingd");
}

static void set_call(struct fetcher *f, struct exchange *x, struct curl_slist *headers)
{
	CURL *c = f->curl;
	const struct fetch_call *call = x->call;

	curl_easy_setopt(c, CURLOPT_URL, call->url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (call->body != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, call->body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_size);
	}
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, call->method);
	if (*f->ca_file != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, f->ca_file);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
}

static const char *reason(const struct exchange *x, CURLcode code)
{
	if (x->too_large || code == CURLE_FILESIZE_EXCEEDED)
		return "the answer is too large";
	if (x->refused)
		return "the address is not allowed";
	if (code == CURLE_UNSUPPORTED_PROTOCOL)
		return "the address is not https";
	return curl_easy_strerror(code);
}

bool fetch(struct fetcher *f, struct arena *a, const struct fetch_call *call,
	   struct fetch_answer *out)
{
	struct exchange x = {.call = call, .answer = out, .arena = a};
	struct curl_slist *headers = header_list(call);

	*out = (struct fetch_answer){.body = "", .max_age_s = -1, .retry_after_s = -1, .why = ""};
	/* keeps connections and forgets everything else */
	curl_easy_reset(f->curl);
	set_limits(f->curl, call);
	set_call(f, &x, headers);

	CURLcode code = curl_easy_perform(f->curl);

	curl_slist_free_all(headers);
	if (code != CURLE_OK) {
		out->why = reason(&x, code);
		return false;
	}
	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &out->status);
	if (x.body != NULL)
		out->body = x.body;
	out->size = x.size;
	return true;
}
