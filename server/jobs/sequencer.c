/*
 * Places events, again and again.
 * Tested through tests/api/changes.test.mjs: it is a thread that runs a statement.
 */
#include "jobs/sequencer.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/news.h"
#include "base/arena.h"
#include "base/config.h"
#include "jobs/delivery.h"
#include "jobs/job.h"

enum { ROUND_MEMORY = 1024 * 1024, IDLE_MS = 500 /* between two looks while nobody waits */ };

static struct {
	pthread_t thread;
	bool running;
} sequencer;

/* One look. False when the connection is lost. */
static bool place(struct connection *c, struct arena *a)
{
	struct round round;

	arena_clear(a);
	round_init(&round, c, a);
	if (!job_ask(&round, "sequencer", "news_place", NULL))
		return !round.lost;

	const char *head = round_text(&round, 0, "head");

	if (head != NULL && news_publish(strtoll(head, NULL, 10)))
		delivery_wake();
	return true;
}

static void *work(void *unused)
{
	struct arena *a = arena_new(ROUND_MEMORY);
	struct connection *c = NULL;

	(void)unused;
	do {
		if (c == NULL)
			c = pool_open_own();
		if (c != NULL && !place(c, a)) {
			/* results in the arena go before their connection */
			arena_clear(a);
			pool_close_own(c);
			c = NULL;
		}
	} while (news_wait_written(config.changes_poll_ms, IDLE_MS));
	arena_free(a);
	pool_close_own(c);
	return NULL;
}

bool sequencer_start(void)
{
	news_limit(NEWS_POLLS, (unsigned)config.changes_waiters, (unsigned)config.changes_agency);
	news_limit(NEWS_STREAMS, (unsigned)config.changes_streams, (unsigned)config.changes_agency);
	sequencer.running = pthread_create(&sequencer.thread, NULL, work, NULL) == 0;
	return sequencer.running;
}

void sequencer_stop(void)
{
	if (!sequencer.running)
		return;
	pthread_join(sequencer.thread, NULL);
	sequencer.running = false;
}
