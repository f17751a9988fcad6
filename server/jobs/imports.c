/*
 * The thread that merges imports.
 * Tested through tests/api/imports.test.mjs: it is a thread that runs a statement.
 */
#include "jobs/imports.h"

#include <stdlib.h>

#include "api/news.h"
#include "base/arena.h"
#include "base/config.h"
#include "jobs/job.h"
#include "jobs/pace.h"

enum { STEP_MEMORY = 1024 * 1024 };

static struct pace pace = PACE_INITIALIZER;

/* One step; how many rows it was, 0 when nothing waits, -1 when it failed. */
static long step(struct connection *c, struct arena *a)
{
	struct round round;
	long done = -1;

	round_init(&round, c, a);
	if (job_ask(&round, "imports", "import_step", NULL))
		done = strtol(round_text(&round, 0, "done"), NULL, 10);
	/* results go before their connection may */
	arena_clear(a);
	return done;
}

static void *work(void *unused)
{
	struct arena *a = arena_new(STEP_MEMORY);
	struct connection *c = NULL;
	long done;

	(void)unused;
	do {
		if (c == NULL)
			c = pool_open_own();
		done = c == NULL ? -1 : step(c, a);
		if (done > 0)
			news_written();
		if (c != NULL && c->broken) {
			pool_close_own(c);
			c = NULL;
		}
	} while (pace_wait(&pace, done > 0 ? 0 : config.jobs_interval_ms));
	pool_close_own(c);
	arena_free(a);
	return NULL;
}

bool imports_start(void)
{
	return config.jobs_interval_ms == 0 || pace_start(&pace, work);
}

void imports_stop(void)
{
	pace_stop(&pace);
}
