/*
 * The thread that runs the jobs, again and again.
 * Tested through tests/api/deadlines.test.mjs: it is a thread that runs a statement.
 */
#include "jobs/jobs.h"

#include <string.h>

#include "api/news.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/event.h"
#include "db/round.h"
#include "jobs/delivery.h"
#include "jobs/fetch.h"
#include "jobs/keys.h"
#include "jobs/imports.h"
#include "jobs/job.h"
#include "jobs/log_sealing.h"
#include "jobs/mails.h"
#include "jobs/pace.h"
#include "jobs/sequencer.h"

enum { ROUND_MEMORY = 4 * 1024 * 1024 };

static struct pace pace = PACE_INITIALIZER;

static bool run_one(struct connection *c, struct arena *a, const char *kind)
{
	struct round round;

	arena_clear(a);
	round_init(&round, c, a);
	if (!job_ask(&round, kind, "job_run", (const char *const[]){kind}))
		return !round.lost;

	const char *done = round_text(&round, 0, "done");

	if (done == NULL || strcmp(done, "0") == 0)
		return true;
	news_written();
	event(E_DEADLINES_RUN, "\"job\":\"%s\",\"done\":%.12s", kind, done);
	return true;
}

/* All jobs of the table once, each in its own transaction. False when the connection is lost. */
static bool run_all(struct connection *c, struct arena *list, struct arena *a)
{
	struct round round;

	arena_clear(list);
	round_init(&round, c, list);
	if (!job_ask(&round, "jobs", "job_list", NULL))
		return !round.lost;
	for (int i = 0; i < round_rows(&round, 0); i++)
		if (!run_one(c, a, PQgetvalue(round.steps[0].result, i, 0)))
			return false;
	return true;
}

static void *work(void *unused)
{
	struct arena *list = arena_new(ROUND_MEMORY), *a = arena_new(ROUND_MEMORY);
	struct connection *c = NULL;

	(void)unused;
	do {
		if (c == NULL)
			c = pool_open_own();
		if (c != NULL && !(run_all(c, list, a) && log_sealing_run(c, a))) {
			/* results in the arenas go before their connection */
			arena_clear(a);
			arena_clear(list);
			pool_close_own(c);
			c = NULL;
		}
	} while (pace_wait(&pace, config.jobs_interval_ms));
	arena_clear(a);
	arena_clear(list);
	pool_close_own(c);
	arena_free(a);
	arena_free(list);
	return NULL;
}

bool jobs_start(void)
{
	if (!fetch_start() || !keys_start() || !sequencer_start() || !delivery_start())
		return false;
	if (config.jobs_interval_ms == 0)
		return true;
	log_sealing_announce();
	return pace_start(&pace, work) && imports_start() && mails_start();
}

void jobs_stop(void)
{
	news_stop();
	mails_stop();
	imports_stop();
	pace_stop(&pace);
	sequencer_stop(); /* it wakes the delivery */
	delivery_stop();
	keys_stop();
	fetch_stop();
}
