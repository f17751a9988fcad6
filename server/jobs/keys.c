/*
 * Fetches key sets, one after the other.
 * Tested through tests/api/key-sets.test.mjs: it is a thread that calls issuers.
 */
#include "jobs/keys.h"

#include <pthread.h>
#include <string.h>

#include "api/identify.h"
#include "api/service.h"
#include "auth/key_document.h"
#include "base/config.h"
#include "base/event.h"
#include "jobs/fetch.h"

enum { MEMORY = 4 * 1024 * 1024, CONNECT_MS = 3000, TOTAL_MS = 5000 };

static struct {
	pthread_t thread;
	bool running;
} keys;

/* What one errand needs. */
struct visit {
	struct fetcher *fetcher;
	struct arena *arena;
	const struct key_errand *errand;
};

static void failed(const struct visit *v, const char *why)
{
	char issuer[256], text[256];

	event(E_KEYS_FAILED, "\"issuer\":\"%s\",\"reason\":\"%s\"",
	      event_text(v->errand->id, issuer), event_text(why, text));
	key_store_failed(service.keys, v->errand);
}

/* An answer of 200, or of 304 where an ETag was sent; else a reason. */
static const char *get(const struct visit *v, const char *url, const char *etag,
		       struct fetch_answer *answer)
{
	const char *condition = arena_printf(v->arena, "If-None-Match: %s", etag);
	const char *const headers[] = {"Accept: application/json, application/jwk-set+json",
				       *etag == '\0' ? NULL : condition, NULL};
	const struct fetch_call call = {.method = "GET",
					.url = url,
					.headers = headers,
					.answer_max = KEY_SET_BYTES_MAX,
					.connect_ms = CONNECT_MS,
					.total_ms = TOTAL_MS,
					.plain = v->errand->plain && config.sandbox};

	if (!fetch(v->fetcher, v->arena, &call, answer))
		return answer->why;
	if (answer->status == 200 || (answer->status == 304 && *etag != '\0'))
		return NULL;
	return arena_printf(v->arena, "the issuer answered %ld", answer->status);
}

/* The key set's own address: the errand's, or what the issuer's metadata names now. */
static const char *find_address(const struct visit *v, char url[KEY_URL_MAX])
{
	struct fetch_answer answer;
	const char *why;

	if (!v->errand->discovers) {
		memcpy(url, v->errand->url, KEY_URL_MAX);
		return NULL;
	}
	why = get(v, v->errand->url, "", &answer);
	if (why != NULL)
		return why;
	return key_document_address(answer.body, answer.size, v->errand->issuer, url, KEY_URL_MAX);
}

static const char *take(const struct visit *v, const struct fetch_answer *answer, bool *changed)
{
	const struct key_answer set = {.text = answer->body,
				       .size = answer->size,
				       .etag = answer->etag,
				       .max_age_s = answer->max_age_s};

	return key_store_take(service.keys, v->errand, &set, changed);
}

/* True when the set has changed. */
static bool run(const struct visit *v)
{
	char url[KEY_URL_MAX], issuer[256];
	struct fetch_answer answer;
	bool changed = false;
	const char *why = find_address(v, url);

	if (why == NULL)
		why = get(v, url, v->errand->etag, &answer);
	if (why == NULL && answer.status == 304)
		key_store_same(service.keys, v->errand, answer.max_age_s);
	else if (why == NULL)
		why = take(v, &answer, &changed);
	if (why != NULL)
		failed(v, why);
	if (changed)
		event(E_KEYS_FETCHED, "\"issuer\":\"%s\"", event_text(v->errand->id, issuer));
	return changed;
}

static void read_registry(void)
{
	char why[256], text[256];

	if (!identify_anew(why))
		event(E_JOB_FAILED, "\"job\":\"keys\",\"reason\":\"%s\"", event_text(why, text));
}

static void *work(void *unused)
{
	struct key_errand errand;
	struct visit visit = {.fetcher = fetcher_new(config.ca_certificates),
			      .arena = arena_new(MEMORY),
			      .errand = &errand};
	enum key_next next;
	char issuer[256];

	(void)unused;
	while ((next = key_store_next(service.keys, &errand)) != KEY_STOP) {
		if (next == KEY_EXPIRED) {
			event(E_KEYS_EXPIRED, "\"issuer\":\"%s\"", event_text(errand.id, issuer));
			read_registry();
			continue;
		}
		if (run(&visit))
			read_registry();
		key_store_done(service.keys, &errand);
		arena_clear(visit.arena);
	}
	fetcher_free(visit.fetcher);
	arena_free(visit.arena);
	return NULL;
}

bool keys_start(void)
{
	keys.running = pthread_create(&keys.thread, NULL, work, NULL) == 0;
	return keys.running;
}

void keys_stop(void)
{
	if (!keys.running)
		return;
	key_store_stop(service.keys);
	pthread_join(keys.thread, NULL);
	keys.running = false;
}
