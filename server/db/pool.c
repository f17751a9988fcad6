/* Lends connections to PostgreSQL, oldest waiter first. */
#include "db/pool.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/event.h"
#include "db/statement.h"

/* A thread that waits. Lives as long as its thread, since it may be woken after it has given up. */
struct waiter {
	sem_t wake;
	bool ready;			  /* wake is made, once a thread */
	struct connection *_Atomic given; /* read without the lock */
	struct waiter *next;
};

static struct {
	pthread_mutex_t lock;
	struct pool_settings settings;
	struct connection *all, *idle; /* idle is a stack: few warm connections are best */
	struct waiter *first, **last;
	size_t waiting;
	uint64_t waited;
	atomic_uint_fast64_t taken, exhausted;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool pool_start(const struct pool_settings *settings)
{
	pool.settings = *settings;
	pool.last = &pool.first;
	pool.all = calloc(settings->size, sizeof(*pool.all));
	if (pool.all == NULL)
		return false;
	for (size_t i = 0; i < settings->size; i++) {
		struct connection *c = &pool.all[i];

		c->prepared = calloc(statements_count(), 1);
		if (c->prepared == NULL)
			return false;
		c->next = pool.idle;
		pool.idle = c;
	}
	return true;
}

static void connection_close(struct connection *c)
{
	PQfinish(c->pg);
	c->pg = NULL;
	c->broken = false;
	memset(c->prepared, 0, statements_count());
}

void pool_stop(void)
{
	for (size_t i = 0; i < pool.settings.size; i++) {
		connection_close(&pool.all[i]);
		free(pool.all[i].prepared);
	}
	free(pool.all);
	pool.all = pool.idle = NULL;
	pool.settings.size = 0;
}

static bool connection_open(struct connection *c)
{
	char options[200], timeout[] = "2";
	/* the last dbname wins, so the settings after it add to the URL */
	const char *keys[] = {"dbname",		  "options",	      "connect_timeout",
			      "application_name", "tcp_user_timeout", NULL};
	const char *values[] = {pool.settings.url, options, timeout, "samhandlingd", "3000", NULL};

	snprintf(options, sizeof(options),
		 "-c statement_timeout=%lld -c idle_in_transaction_session_timeout=5000 "
		 "-c search_path=public -c timezone=UTC -c jit=off -c "
		 "plan_cache_mode=force_generic_plan",
		 (long long)pool.settings.statement_ms);
	c->pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(c->pg) == CONNECTION_OK && PQenterPipelineMode(c->pg) == 1 &&
	    PQsetnonblocking(c->pg, 1) == 0)
		return true;
	event(E_DATABASE_LOST, "\"reason\":\"cannot connect\"");
	connection_close(c);
	return false;
}

/*
 * With the lock held: hands the connection to the oldest waiter, or lays it on the stack. The
 * waiter returned is woken without the lock, for which it would only wait again.
 */
static struct waiter *hand_on(struct connection *c)
{
	struct waiter *w = pool.first;

	if (w == NULL) {
		c->next = pool.idle;
		pool.idle = c;
		return NULL;
	}
	pool.first = w->next;
	if (pool.first == NULL)
		pool.last = &pool.first;
	pool.waiting--;
	w->given = c;
	return w;
}

static void leave_queue(struct waiter *w)
{
	for (struct waiter **at = &pool.first; *at != NULL; at = &(*at)->next) {
		if (*at != w)
			continue;
		*at = w->next;
		if (w->next == NULL)
			pool.last = at;
		pool.waiting--;
		return;
	}
}

static struct timespec wait_until(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += pool.settings.wait_ms / 1000;
	until.tv_nsec += pool.settings.wait_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

/* Sleeps until a connection is given; NULL when the time is over and none has been. */
static struct connection *sleep_for_one(struct waiter *w)
{
	struct timespec until = wait_until();
	int woken;

	while ((woken = sem_clockwait(&w->wake, CLOCK_MONOTONIC, &until)) != 0 && errno == EINTR)
		;
	if (woken == 0)
		return w->given;
	pthread_mutex_lock(&pool.lock);
	if (w->given == NULL)
		leave_queue(w);
	pthread_mutex_unlock(&pool.lock);
	/* given at the last moment: the post is on its way, and belongs to this wait */
	while (w->given != NULL && sem_wait(&w->wake) != 0)
		;
	return w->given;
}

/* With the lock held, which it gives up: waits in the queue for a connection until the limit. */
static struct connection *wait_for_one(void)
{
	/* a thread waits in one place at a time */
	static _Thread_local struct waiter w;

	if (!w.ready)
		w.ready = sem_init(&w.wake, 0, 0) == 0;
	w.given = NULL;
	w.next = NULL;
	*pool.last = &w;
	pool.last = &w.next;
	pool.waiting++;
	pool.waited++;
	pthread_mutex_unlock(&pool.lock);
	return sleep_for_one(&w);
}

struct connection *pool_take(enum pool_refusal *refusal)
{
	*refusal = POOL_NO_DATABASE;
	if (pool.all == NULL) /* not started, or stopped */
		return NULL;
	pthread_mutex_lock(&pool.lock);

	struct connection *c = pool.idle;

	if (c != NULL) {
		pool.idle = c->next;
		pthread_mutex_unlock(&pool.lock);
	} else {
		c = wait_for_one();
	}
	atomic_fetch_add(c != NULL ? &pool.taken : &pool.exhausted, 1);
	*refusal = c == NULL ? POOL_BUSY : POOL_OK;
	if (c == NULL) {
		event(E_POOL_EXHAUSTED, "\"waited_ms\":%lld", (long long)pool.settings.wait_ms);
		return NULL;
	}
	if (c->pg != NULL || connection_open(c))
		return c;
	*refusal = POOL_NO_DATABASE;
	pool_give_back(c);
	return NULL;
}

void pool_give_back(struct connection *c)
{
	if (c->broken)
		connection_close(c);
	pthread_mutex_lock(&pool.lock);

	struct waiter *w = hand_on(c);

	pthread_mutex_unlock(&pool.lock);
	if (w != NULL)
		sem_post(&w->wake);
}

struct connection *pool_open_own(void)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->prepared = calloc(statements_count(), 1);
	if (c->prepared != NULL && connection_open(c))
		return c;
	free(c->prepared);
	free(c);
	return NULL;
}

void pool_close_own(struct connection *c)
{
	if (c == NULL)
		return;
	connection_close(c);
	free(c->prepared);
	free(c);
}

int64_t pool_statement_ms(void)
{
	return pool.settings.statement_ms;
}

void pool_count(struct pool_counters *out)
{
	pthread_mutex_lock(&pool.lock);
	*out = (struct pool_counters){.size = pool.settings.size,
				      .waiting = pool.waiting,
				      .taken = pool.taken,
				      .waited = pool.waited,
				      .exhausted = pool.exhausted};
	for (struct connection *c = pool.idle; c != NULL; c = c->next)
		out->idle++;
	pthread_mutex_unlock(&pool.lock);
}
