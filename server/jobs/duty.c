/*
 * The loop that threads with a connection of their own have in common.
 * Tested through tests/api/deadlines.test.mjs and tests/fault: it is a thread and a connection.
 */
#include "jobs/duty.h"

#include "base/config.h"

static void *work(void *argument)
{
	struct duty *d = argument;
	struct arena *a = arena_new(d->memory);
	struct connection *c = NULL;
	long rest_ms;

	do {
		rest_ms = config.jobs_interval_ms;
		if (c == NULL)
			c = pool_open_own();
		if (c == NULL)
			continue;
		rest_ms = d->turn(c, a);
		arena_clear(a); /* results go before their connection may */
		if (c->broken) {
			pool_close_own(c);
			c = NULL;
		}
	} while (pace_wait(&d->pace, rest_ms));
	pool_close_own(c);
	arena_free(a);
	return NULL;
}

bool duty_start(struct duty *d)
{
	return pace_start(&d->pace, work, d);
}

void duty_stop(struct duty *d)
{
	pace_stop(&d->pace);
}
