/* Lends connections to PostgreSQL, oldest waiter first. */
#include "db/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/event.h"
#include "base/line.h"
#include "db/statement.h"

static struct {
	pthread_mutex_t lock;
	struct pool_settings settings;
	struct connection *all, *idle; /* idle is a stack: few warm connections are best */
	struct line line;
	atomic_uint_fast64_t taken, exhausted;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool pool_start(const struct pool_settings *settings)
{
	pool.settings = *settings;
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
	char options[200], timeout[24];
	/* the last dbname wins, so the settings after it add to the URL */
	const char *keys[] = {"dbname",		  "options",	      "connect_timeout",
			      "application_name", "tcp_user_timeout", NULL};
	const char *values[] = {pool.settings.url, options, timeout, "samhandlingd", "3000", NULL};

	snprintf(timeout, sizeof(timeout), "%lld", (long long)pool.settings.connect_s);
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

/* Nothing is asked of an idle connection: what the server says unasked is that it goes. */
static bool has_ended(const struct connection *c)
{
	char unread;

	return recv(PQsocket(c->pg), &unread, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
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
		c = line_wait(&pool.line, &pool.lock, NULL, pool.settings.wait_ms);
	}
	atomic_fetch_add(c != NULL ? &pool.taken : &pool.exhausted, 1);
	*refusal = c == NULL ? POOL_BUSY : POOL_OK;
	if (c == NULL) {
		event(E_POOL_EXHAUSTED, "\"waited_ms\":%lld", (long long)pool.settings.wait_ms);
		return NULL;
	}
	if (c->pg != NULL && has_ended(c))
		connection_close(c);
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

	struct place *next = line_take_first(&pool.line, c);

	if (next == NULL) {
		c->next = pool.idle;
		pool.idle = c;
	}
	pthread_mutex_unlock(&pool.lock);
	if (next != NULL)
		line_wake(next);
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

int64_t pool_wait_ms(void)
{
	return pool.settings.wait_ms;
}

void pool_count(struct pool_counters *out)
{
	pthread_mutex_lock(&pool.lock);
	*out = (struct pool_counters){.size = pool.settings.size,
				      .waiting = pool.line.waiting,
				      .taken = pool.taken,
				      .waited = pool.line.waited,
				      .exhausted = pool.exhausted};
	for (struct connection *c = pool.idle; c != NULL; c = c->next)
		out->idle++;
	pthread_mutex_unlock(&pool.lock);
}
