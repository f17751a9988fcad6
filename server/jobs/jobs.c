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
#include "jobs/duty.h"
#include "jobs/fetch.h"
#include "jobs/imports.h"
#include "jobs/job.h"
#include "jobs/keys.h"
#include "jobs/log_sealing.h"
#include "jobs/mails.h"
#include "jobs/sequencer.h"

enum { JOB_MEMORY = 4 * 1024 * 1024 };

/* Its results die with the next job's. */
static void run_one(struct connection *c, struct arena *a, const char *kind)
{
	struct round round;

	arena_clear(a);
	round_init(&round, c, a);
	if (!job_ask(&round, kind, "job_run", (const char *const[]){kind}))
		return;

	const char *done = round_text(&round, 0, "done");

	if (done == NULL || strcmp(done, "0") == 0)
		return;
	news_written();
	event(E_DEADLINES_RUN, "\"job\":\"%s\",\"done\":%.12s", kind, done);
}

/* All jobs of the table once, each in its own transaction. */
static void run_all(struct connection *c, struct arena *list, struct arena *a)
{
	struct round round;

	round_init(&round, c, list);
	if (!job_ask(&round, "jobs", "job_list", NULL))
		return;
	for (int i = 0; i < round_rows(&round, 0) && !c->broken; i++)
		run_one(c, a, PQgetvalue(round.steps[0].result, i, 0));
}

static long turn(struct connection *c, struct arena *list)
{
	struct arena *a = arena_new(JOB_MEMORY);

	run_all(c, list, a);
	if (!c->broken)
		log_sealing_run(c, a);
	arena_free(a);
	return config.jobs_interval_ms;
}

static struct duty jobs = {.turn = turn, .memory = JOB_MEMORY, .pace = PACE_INITIALIZER};

bool jobs_start(void)
{
	if (!fetch_start() || !keys_start() || !sequencer_start() || !delivery_start())
		return false;
	if (config.jobs_interval_ms == 0)
		return true;
	log_sealing_announce();
	return duty_start(&jobs) && imports_start() && mails_start();
}

void jobs_stop(void)
{
	news_stop();
	mails_stop();
	imports_stop();
	duty_stop(&jobs);
	sequencer_stop(); /* it wakes the delivery */
	delivery_stop();
	keys_stop();
	fetch_stop();
}
