/*
 * Reads the registry and swaps it whole.
 * Tested through tests/api/registry.test.mjs: it asks PostgreSQL while requests run.
 */
#include "api/trust.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "api/origins.h"
#include "api/service.h"
#include "base/config.h"
#include "db/round.h"

enum { READING_MEMORY = 64 * 1024 * 1024 };

static struct {
	pthread_rwlock_t lock;
	struct registry *current;
	pthread_mutex_t reading; /* one reading after the other, so that an old one is never last */
	atomic_uint_fast64_t asked;
	uint64_t answered; /* calls up to this one are served by what was read */
} trust = {.lock = PTHREAD_RWLOCK_INITIALIZER, .reading = PTHREAD_MUTEX_INITIALIZER};

const struct registry *trust_hold(void)
{
	pthread_rwlock_rdlock(&trust.lock);
	return trust.current;
}

void trust_release(void)
{
	pthread_rwlock_unlock(&trust.lock);
}

static struct registry *read_fresh(struct arena *a, char why[256])
{
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);
	struct registry *fresh = NULL;
	struct round round;

	if (c == NULL) {
		snprintf(why, 256, "the database cannot be reached");
		return NULL;
	}
	round_init(&round, c, a);
	round_add(&round, statement_find("registry"), NULL);
	if (round_run(&round)) {
		json_t *json = json_loads(round_text(&round, 0, "body"), 0, NULL);

		fresh = registry_load(json, !config.sandbox, service.keys, why);
		json_decref(json);
	} else {
		snprintf(why, 256, "the registry cannot be read");
	}
	pool_give_back(c);
	return fresh;
}

static bool swap(char why[256])
{
	struct arena *a = arena_new(READING_MEMORY);
	struct registry *fresh, *old = NULL;

	fresh = read_fresh(a, why);
	arena_free(a);
	if (fresh == NULL)
		return false;
	pthread_rwlock_wrlock(&trust.lock);
	old = trust.current;
	trust.current = fresh;
	pthread_rwlock_unlock(&trust.lock);
	registry_free(old);
	origins_reload();
	return true;
}

bool trust_reload(char why[256])
{
	uint64_t mine = atomic_fetch_add(&trust.asked, 1) + 1;
	bool fine = true;

	why[0] = '\0';
	pthread_mutex_lock(&trust.reading);
	if (trust.answered < mine) {
		uint64_t upto = atomic_load(&trust.asked);

		fine = swap(why);
		if (fine)
			trust.answered = upto;
	}
	pthread_mutex_unlock(&trust.reading);
	return fine;
}

void trust_stop(void)
{
	registry_free(trust.current);
	trust.current = NULL;
}
