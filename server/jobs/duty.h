#ifndef JOBS_DUTY_H
#define JOBS_DUTY_H

#include <stddef.h>

#include "base/arena.h"
#include "db/pool.h"
#include "jobs/pace.h"

/*
 * A thread that does one thing in turns over a database connection of its own, which it opens anew
 * after a loss. Static: `turn` and `memory` are set, the rest is zero and the duty's own.
 */
struct duty {
	/*
	 * One turn, with memory that is clear; gives how many milliseconds there are until the
	 * next one, 0 for at once. `c` that it leaves broken is closed. Results of rounds stay in
	 * `a`. Not called while the database is away.
	 */
	long (*turn)(struct connection *c, struct arena *a);
	size_t memory; /* bytes of a turn at most */
	struct pace pace;
};

/* Starts the thread; false when there is none to be had. Its first turn is at once. */
bool duty_start(struct duty *d);

/* Ends it between two turns and waits for that; nothing when it does not run. */
void duty_stop(struct duty *d);

#endif
