/*
 * The threads that merge imports.
 * Tested through tests/api/imports.test.mjs: they run a statement.
 */
#include "jobs/imports.h"

#include <stdlib.h>

#include "api/news.h"
#include "base/config.h"
#include "jobs/duty.h"
#include "jobs/job.h"

/* One step: some hundred rows, of whatever batch waits that nobody else is at. */
static long step(struct connection *c, struct arena *a)
{
	struct round round;
	bool done;

	round_init(&round, c, a);
	done = job_ask(&round, "imports", "import_step", NULL) &&
	       strtol(round_text(&round, 0, "done"), NULL, 10) > 0;
	if (done)
		news_written();
	return done ? 0 : config.jobs_interval_ms;
}

enum { STEP_MEMORY = 1024 * 1024 };

/* Two: while one writes a block the other lays out the next, or merges another agency's batch. */
static struct duty mergers[] = {{.turn = step, .memory = STEP_MEMORY, .pace = PACE_INITIALIZER},
				{.turn = step, .memory = STEP_MEMORY, .pace = PACE_INITIALIZER}};

enum { MERGERS = sizeof(mergers) / sizeof(mergers[0]) };

bool imports_start(void)
{
	bool started = true;

	for (int i = 0; i < MERGERS && config.jobs_interval_ms > 0; i++)
		started = duty_start(&mergers[i]) && started;
	return started;
}

void imports_stop(void)
{
	for (int i = 0; i < MERGERS; i++)
		duty_stop(&mergers[i]);
}
