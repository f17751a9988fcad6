/* A caller's session: token, repetition, idempotency; the exchange itself is transfer.c's. */
#include "lib/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/encode.h"
#include "lib/member.h"
#include "lib/retry.h"
#include "lib/text.h"
#include "lib/transfer.h"

enum { SESSION_MEMORY = 1024 * 1024, TOKEN_MEMORY = 1024 * 1024, TOKEN_MARGIN_S = 30 };

struct session {
	struct arena *arena;	   /* as long as the session */
	struct arena *token_arena; /* as long as the token */
	struct session_setup setup;
	struct bearer bearer; /* text NULL: none yet */
	const char *origin;   /* "http://127.0.0.1:8080" */
	CURL *easy;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* How much of the address is scheme, host and port; 0 when it is no http address. */
static size_t origin_length(const char *url)
{
	size_t scheme = strncmp(url, "http://", 7) == 0	   ? 7
			: strncmp(url, "https://", 8) == 0 ? 8
							   : 0;
	size_t host = strcspn(url + scheme, "/?#");

	if (scheme == 0 || host == 0 || memchr(url + scheme, '@', host) != NULL)
		return 0;
	return scheme + host;
}

static void fill_defaults(struct session_setup *s)
{
	if (s->user_agent == NULL)
		s->user_agent = "samhandling";
	if (s->connect_timeout_ms == 0)
		s->connect_timeout_ms = 5000;
	if (s->timeout_ms == 0)
		s->timeout_ms = 30000;
	if (s->attempts == 0)
		s->attempts = 4;
	if (s->backoff_ms == 0)
		s->backoff_ms = 250;
	if (s->backoff_max_ms == 0)
		s->backoff_max_ms = 10000;
}

struct session *session_new(const struct session_setup *setup, const char **why)
{
	size_t length = setup->base_url != NULL ? strlen(setup->base_url) : 0;
	size_t origin = length > 0 ? origin_length(setup->base_url) : 0;
	struct session *s;

	if (origin == 0 || strpbrk(setup->base_url, "?# \t\r\n") != NULL) {
		*why = "the base address is not http://… or https://…";
		return NULL;
	}
	pthread_once(&curl_once, start_curl);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	s->arena = arena_new(SESSION_MEMORY);
	s->token_arena = arena_new(TOKEN_MEMORY);
	s->setup = *setup;
	while (length > origin && setup->base_url[length - 1] == '/')
		length--;
	s->setup.base_url = arena_copy(s->arena, setup->base_url, length);
	s->setup.user_agent = arena_dup(s->arena, setup->user_agent);
	s->setup.language = arena_dup(s->arena, setup->language);
	s->setup.ca_file = arena_dup(s->arena, setup->ca_file);
	s->origin = arena_copy(s->arena, setup->base_url, origin);
	fill_defaults(&s->setup);
	s->easy = curl_easy_init();
	if (s->easy == NULL)
		abort();
	return s;
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	curl_easy_cleanup(s->easy);
	arena_free(s->token_arena);
	arena_free(s->arena);
	free(s);
}

const char *session_base_url(const struct session *s)
{
	return s->setup.base_url;
}

const char *session_link(const struct session *s, struct arena *a, const char *link)
{
	size_t origin = strlen(s->origin);

	if (link[0] == '/' && link[1] != '/')
		return arena_dup(a, link);
	if (strncmp(link, s->origin, origin) == 0 && link[origin] == '/')
		return arena_dup(a, link + origin);
	return NULL;
}

static bool has_token(struct session *s, const char **why)
{
	if (s->bearer.text != NULL && (s->bearer.expires_at == 0 ||
				       s->bearer.expires_at > (int64_t)time(NULL) + TOKEN_MARGIN_S))
		return true;
	arena_clear(s->token_arena);
	s->bearer = (struct bearer){.text = NULL};
	return s->setup.renew(s->setup.context, s->token_arena, &s->bearer, why);
}

static void add_query(struct text *url, const char *name, const json_t *value)
{
	const json_t *one;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, one)
		{
			add_query(url, name, one);
		}
		return;
	}
	text_add(url, strchr(url->bytes, '?') != NULL ? "&" : "?");
	text_add(url, encode_percent(url->arena, name));
	text_add(url, "=");
	text_add(url, encode_percent(url->arena, json_string_value(value)));
}

static const char *make_url(const struct session *s, struct arena *a, const struct call *call)
{
	struct text url;
	const char *name;
	json_t *value;

	text_init(&url, a);
	text_add(&url, call->from_root ? s->origin : s->setup.base_url);
	text_add(&url, call->path);
	json_object_foreach((json_t *)(uintptr_t)call->query, name, value)
	{
		add_query(&url, name, value);
	}
	return url.bytes;
}

static void put_default(json_t *headers, const char *name, const char *value)
{
	if (value != NULL && json_object_get(headers, name) == NULL)
		json_object_set_new(headers, name, json_string(value));
}

static json_t *make_headers(const struct session *s, struct arena *a, const struct call *call)
{
	json_t *headers = member_keep(a, json_object());
	const char *key = call->idempotency_key;

	if (call->headers != NULL)
		json_object_update(headers, (json_t *)(uintptr_t)call->headers);
	put_default(headers, "Accept", "application/json, application/problem+json");
	put_default(headers, "Accept-Language", s->setup.language);
	if (call->body != NULL || call->file != NULL)
		put_default(headers, "Content-Type",
			    call->content_type != NULL ? call->content_type : "application/json");
	if (strcmp(call->method, "POST") == 0)
		put_default(headers, "Idempotency-Key", key != NULL ? key : encode_random_uuid(a));
	return headers;
}

/* Waits before the next attempt; false when there shall be none. */
static bool pause_before_next(struct session *s, const struct transfer *t,
			      const struct reply *reply, bool connected)
{
	struct attempt attempt = {
		.method = t->method,
		.has_key = json_object_get(t->headers, "Idempotency-Key") != NULL,
		.connected = connected,
		.status = reply->status,
		.code = member_text(reply->json, "code"),
		.after = member_text(reply->headers, "retry-after"),
		.number = reply->attempts,
		.now = (int64_t)time(NULL),
	};
	const struct retry_limits limits = {s->setup.attempts, s->setup.backoff_ms,
					    s->setup.backoff_max_ms};
	long pause;

	if (getrandom(&attempt.random, sizeof(attempt.random), 0) < 0)
		attempt.random = 0;
	pause = retry_pause(&attempt, &limits);
	if (pause < 0)
		return false;
	if (s->setup.waiting != NULL)
		s->setup.waiting(s->setup.context, pause,
				 reply->status == 0 ? reply->failure
						    : member_text(reply->json, "title"));
	nanosleep(&(struct timespec){.tv_sec = pause / 1000, .tv_nsec = pause % 1000 * 1000000},
		  NULL);
	return true;
}

/* Puts the token in, getting one when needed. False: the reply says why there is none. */
static bool sign(struct session *s, struct arena *a, const struct call *call, struct transfer *t,
		 struct reply *out)
{
	const char *why = "no token";

	t->token = NULL;
	if (call->anonymous || s->setup.renew == NULL)
		return true;
	if (!has_token(s, &why)) {
		*out = (struct reply){.failure = arena_dup(a, why), .tokenless = true};
		return false;
	}
	t->token = s->bearer.text;
	return true;
}

bool session_call(struct session *s, struct arena *a, const struct call *call, struct reply *out)
{
	struct transfer t = {
		.setup = &s->setup,
		.method = call->method,
		.url = make_url(s, a, call),
		.headers = make_headers(s, a, call),
		.body = call->body != NULL ? member_dump(a, call->body, JSON_COMPACT) : NULL,
		.file = call->file,
		.file_offset = call->file_offset,
	};
	bool connected, renewed = false;
	unsigned attempts = 0;

	for (;;) {
		if (!sign(s, a, call, &t, out))
			return false;
		transfer_run(s->easy, a, &t, out, &connected);
		out->attempts = ++attempts;
		if (out->status == 401 && t.token != NULL && !renewed) {
			renewed = true;
			s->bearer.text = NULL;
		} else if (!pause_before_next(s, &t, out, connected)) {
			break;
		}
	}
	return (out->status >= 200 && out->status < 300) || out->status == 304;
}
