/* Key sets at addresses: when to fetch which, what was fetched, who waits. */
#include "auth/key_store.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/key_document.h"
#include "base/clock.h"

enum { BACK_OFF_DOUBLINGS = 4, LOOK_AGAIN_S = 3600, MICROSECONDS = 1000000 };

struct entry {
	struct key_errand errand; /* what to fetch; its etag is that of `keys` */
	int64_t refresh_s, min_refetch_s, stale_ok_s;
	json_t *keys;	   /* NULL: none, or too old */
	int64_t fetched_s; /* when the issuer last said that `keys` is its set */
	int64_t tried_s, due_s;
	unsigned failures; /* since the last success */
	uint64_t answers;  /* how often an errand was done */
	unsigned waiters;
	bool named, busy, wanted;
	struct entry *next;
};

struct key_store {
	pthread_mutex_t lock;
	pthread_cond_t work, answered;
	int64_t (*now_s)(void);
	struct entry *first;
	bool stop;
};

static int64_t machine_now_s(void)
{
	return clock_monotonic_us() / MICROSECONDS;
}

struct key_store *key_store_new(int64_t (*now_s)(void))
{
	struct key_store *s = calloc(1, sizeof(*s));
	pthread_condattr_t monotonic;

	if (s == NULL)
		abort();
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->work, &monotonic);
	pthread_cond_init(&s->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	s->now_s = now_s == NULL ? machine_now_s : now_s;
	return s;
}

static void entry_free(struct entry *e)
{
	json_decref(e->keys);
	free(e);
}

void key_store_free(struct key_store *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL) {
		struct entry *e = s->first;

		s->first = e->next;
		entry_free(e);
	}
	pthread_cond_destroy(&s->answered);
	pthread_cond_destroy(&s->work);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct entry *find(const struct key_store *s, const char *id)
{
	struct entry *e = s->first;

	while (e != NULL && strcmp(e->errand.id, id) != 0)
		e = e->next;
	return e;
}

/* The errand's entry, unless the registry has named another address for it meanwhile. */
static struct entry *find_errand(const struct key_store *s, const struct key_errand *errand)
{
	struct entry *e = find(s, errand->id);

	return e != NULL && strcmp(e->errand.url, errand->url) == 0 ? e : NULL;
}

/* ---- the registry ---- */

void key_store_begin(struct key_store *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	for (struct entry *e = s->first; e != NULL; e = e->next)
		e->named = false;
	pthread_mutex_unlock(&s->lock);
}

void key_store_end(struct key_store *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	for (struct entry **at = &s->first; *at != NULL;) {
		struct entry *e = *at;

		if (e->named) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		entry_free(e);
	}
	pthread_cond_broadcast(&s->answered);
	pthread_mutex_unlock(&s->lock);
}

/* A new entry, or an old one from which another address takes all that was known. */
static struct entry *entry_for(struct key_store *s, const struct key_source *source)
{
	struct entry *e = find(s, source->id);

	if (e == NULL) {
		e = calloc(1, sizeof(*e));
		if (e == NULL)
			abort();
		e->next = s->first;
		s->first = e;
	} else if (strcmp(e->errand.url, source->url) == 0 &&
		   e->errand.discovers == source->discovers) {
		return e;
	}
	json_decref(e->keys);
	e->keys = NULL;
	e->errand = (struct key_errand){.discovers = source->discovers};
	e->failures = 0;
	e->busy = false; /* an errand to the old address settles nothing here */
	e->due_s = s->now_s();
	/* so long ago that the first errand need not wait */
	e->tried_s = e->due_s - (int64_t)LOOK_AGAIN_S * 2;
	snprintf(e->errand.id, sizeof(e->errand.id), "%s", source->id);
	snprintf(e->errand.url, sizeof(e->errand.url), "%s", source->url);
	pthread_cond_signal(&s->work);
	return e;
}

json_t *key_store_follow(struct key_store *s, const struct key_source *source)
{
	json_t *keys;

	if (s == NULL)
		return NULL;
	pthread_mutex_lock(&s->lock);

	struct entry *e = entry_for(s, source);

	e->named = true;
	e->errand.plain = source->plain;
	snprintf(e->errand.issuer, sizeof(e->errand.issuer), "%s", source->issuer);
	e->refresh_s = source->refresh_s;
	e->min_refetch_s = source->min_refetch_s;
	e->stale_ok_s = source->stale_ok_s;
	/* a copy: jansson reads a count without the atomics that it writes it with */
	keys = json_deep_copy(e->keys);
	pthread_mutex_unlock(&s->lock);
	return keys;
}

/* ---- when ---- */

/* The earliest time for another errand: after failures the pauses double. */
static int64_t not_before(const struct entry *e)
{
	unsigned doublings = e->failures < BACK_OFF_DOUBLINGS ? e->failures : BACK_OFF_DOUBLINGS;

	return e->tried_s + (e->min_refetch_s << (e->failures == 0 ? 0 : doublings - 1));
}

static int64_t expires_s(const struct entry *e)
{
	return e->fetched_s + e->refresh_s + e->stale_ok_s;
}

static int64_t fetch_at(const struct entry *e)
{
	return e->wanted ? not_before(e) : e->due_s;
}

/* The entry whose turn it is, or NULL and when to look again. */
static struct entry *whose_turn(const struct key_store *s, bool *expired, int64_t *look_again_s)
{
	int64_t now = s->now_s();

	*look_again_s = now + LOOK_AGAIN_S;
	for (struct entry *e = s->first; e != NULL; e = e->next) {
		*expired = e->keys != NULL && now >= expires_s(e);
		if (*expired || (!e->busy && now >= fetch_at(e)))
			return e;
		if (e->keys != NULL && expires_s(e) < *look_again_s)
			*look_again_s = expires_s(e);
		if (!e->busy && fetch_at(e) < *look_again_s)
			*look_again_s = fetch_at(e);
	}
	return NULL;
}

static struct timespec in_ms(int64_t ms)
{
	int64_t us = clock_monotonic_us() + ms * 1000;

	return (struct timespec){.tv_sec = us / MICROSECONDS, .tv_nsec = us % MICROSECONDS * 1000};
}

static enum key_next begin_errand(struct entry *e, bool expired, struct key_errand *errand)
{
	*errand = e->errand;
	if (expired) {
		json_decref(e->keys);
		e->keys = NULL;
		e->errand.etag[0] = '\0';
		return KEY_EXPIRED;
	}
	e->busy = true;
	e->wanted = false;
	return KEY_FETCH;
}

enum key_next key_store_next(struct key_store *s, struct key_errand *errand)
{
	enum key_next next = KEY_STOP;

	pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		bool expired;
		int64_t until_s;
		struct entry *e = whose_turn(s, &expired, &until_s);

		if (e != NULL) {
			next = begin_errand(e, expired, errand);
			break;
		}

		struct timespec until = in_ms((until_s - s->now_s()) * 1000);

		pthread_cond_timedwait(&s->work, &s->lock, &until);
	}
	pthread_mutex_unlock(&s->lock);
	return next;
}

/* ---- what came of it ---- */

/* The issuer has answered: the set is good, and when it is asked for again. */
static void settle(struct key_store *s, struct entry *e, int64_t max_age_s)
{
	int64_t now = s->now_s(), pause = e->refresh_s;

	if (max_age_s >= 0 && max_age_s < pause)
		pause = max_age_s;
	if (pause < e->min_refetch_s)
		pause = e->min_refetch_s;
	e->fetched_s = e->tried_s = now;
	e->due_s = now + pause;
	e->failures = 0;
}

void key_store_same(struct key_store *s, const struct key_errand *errand, int64_t max_age_s)
{
	pthread_mutex_lock(&s->lock);

	struct entry *e = find_errand(s, errand);

	if (e != NULL)
		settle(s, e, max_age_s);
	pthread_mutex_unlock(&s->lock);
}

const char *key_store_take(struct key_store *s, const struct key_errand *errand,
			   const struct key_answer *answer, bool *changed)
{
	json_t *keys = NULL;
	const char *why = key_document_set(answer->text, answer->size, &keys);

	*changed = false;
	if (why != NULL)
		return why;
	pthread_mutex_lock(&s->lock);

	struct entry *e = find_errand(s, errand);

	if (e != NULL) {
		*changed = json_equal(e->keys, keys) == 0;
		json_decref(e->keys);
		e->keys = keys;
		keys = NULL;
		snprintf(e->errand.etag, sizeof(e->errand.etag), "%s", answer->etag);
		settle(s, e, answer->max_age_s);
	}
	pthread_mutex_unlock(&s->lock);
	json_decref(keys);
	return NULL;
}

void key_store_failed(struct key_store *s, const struct key_errand *errand)
{
	pthread_mutex_lock(&s->lock);

	struct entry *e = find_errand(s, errand);

	if (e != NULL) {
		e->failures++;
		e->tried_s = s->now_s();
		e->due_s = not_before(e);
	}
	pthread_mutex_unlock(&s->lock);
}

void key_store_done(struct key_store *s, const struct key_errand *errand)
{
	pthread_mutex_lock(&s->lock);

	struct entry *e = find_errand(s, errand);

	if (e != NULL) {
		e->busy = false;
		e->answers++;
	}
	pthread_cond_broadcast(&s->answered);
	pthread_mutex_unlock(&s->lock);
}

void key_store_stop(struct key_store *s)
{
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_broadcast(&s->work);
	pthread_cond_broadcast(&s->answered);
	pthread_mutex_unlock(&s->lock);
}

/* ---- requests ---- */

/* With the lock held: waits until the entry has one answer more; it may go meanwhile. */
static bool await_answer(struct key_store *s, const char *id, int64_t wait_ms)
{
	struct entry *e = find(s, id);
	uint64_t answers = e->answers;
	struct timespec until = in_ms(wait_ms);
	int failed = 0;

	e->waiters++;
	while (!s->stop && failed != ETIMEDOUT && e != NULL && e->answers == answers) {
		failed = pthread_cond_timedwait(&s->answered, &s->lock, &until);
		e = find(s, id);
	}
	if (e != NULL && e->waiters > 0)
		e->waiters--;
	return e != NULL && e->answers != answers;
}

bool key_store_want(struct key_store *s, const char *id, int64_t wait_ms)
{
	bool answered = false;

	if (s == NULL)
		return false;
	pthread_mutex_lock(&s->lock);

	struct entry *e = find(s, id);

	if (e != NULL && e->waiters < KEY_WAITERS_MAX && (e->busy || s->now_s() >= not_before(e))) {
		e->wanted = !e->busy;
		pthread_cond_signal(&s->work);
		answered = await_answer(s, id, wait_ms);
	}
	pthread_mutex_unlock(&s->lock);
	return answered;
}

void key_store_want_all(struct key_store *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct entry *e = s->first; e != NULL; e = e->next)
		e->due_s = s->now_s();
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}
