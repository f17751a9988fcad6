/*
 * The thread that runs the jobs, again and again.
 * Tested through tests/api/deadlines.test.mjs: it is a thread that runs a statement.
 */
#include "jobs/jobs.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/event.h"
#include "db/round.h"

enum { ROUND_MEMORY = 4 * 1024 * 1024 };

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool running, stop;
} jobs = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static bool run_one(struct connection *c, struct arena *a, const struct statement *s)
{
	struct round round;

	arena_clear(a);
	round_init(&round, c, a);
	round_add(&round, s, NULL);
	if (!round_run(&round)) {
		event(E_JOB_FAILED, "\"job\":\"%s\",\"sqlstate\":\"%s\"", s->name, round.sqlstate);
		return !round.lost;
	}

	const char *done = round_text(&round, 0, "done");

	if (done != NULL && strcmp(done, "0") != 0)
		event(E_DEADLINES_RUN, "\"job\":\"%s\",\"done\":%.12s", s->name, done);
	return true;
}

/* All jobs once. False when the connection is lost. */
static bool run_all(struct connection *c, struct arena *a)
{
	for (size_t i = 0; i < statements_count(); i++)
		if (strncmp(statement_at(i)->name, "job_", 4) == 0 &&
		    !run_one(c, a, statement_at(i)))
			return false;
	return true;
}

/* Waits for the interval or the stop; true to go on. */
static bool pause_between(void)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += config.jobs_interval_ms / 1000;
	until.tv_nsec += config.jobs_interval_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&jobs.lock);
	while (!jobs.stop && pthread_cond_timedwait(&jobs.wake, &jobs.lock, &until) == 0)
		;
	go_on = !jobs.stop;
	pthread_mutex_unlock(&jobs.lock);
	return go_on;
}

static void *work(void *unused)
{
	struct arena *a = arena_new(ROUND_MEMORY);
	struct connection *c = NULL;

	(void)unused;
	do {
		if (c == NULL)
			c = pool_open_own();
		if (c != NULL && !run_all(c, a)) {
			/* results in the arena go before their connection */
			arena_clear(a);
			pool_close_own(c);
			c = NULL;
		}
	} while (pause_between());
	arena_clear(a);
	pool_close_own(c);
	arena_free(a);
	return NULL;
}

bool jobs_start(void)
{
	if (config.jobs_interval_ms == 0)
		return true;
	jobs.running = pthread_create(&jobs.thread, NULL, work, NULL) == 0;
	return jobs.running;
}

void jobs_stop(void)
{
	if (!jobs.running)
		return;
	pthread_mutex_lock(&jobs.lock);
	jobs.stop = true;
	pthread_cond_signal(&jobs.wake);
	pthread_mutex_unlock(&jobs.lock);
	pthread_join(jobs.thread, NULL);
	jobs.running = false;
}
