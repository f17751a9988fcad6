#ifndef JOBS_LOG_SEALING_H
#define JOBS_LOG_SEALING_H

#include <stdbool.h>

#include "base/arena.h"
#include "db/pool.h"

/*
 * Seals the access log (docs/audit.md): SQL chains the rows that came since (one daemon at a time),
 * this daemon signs the heads that are not signed yet. Called by the job thread in each of its
 * rounds; does nothing without a key. `a` is cleared between pieces.
 */
void log_sealing_run(struct connection *c, struct arena *a);

/* Says at the start when there is no key: nobody should believe in seals that are not made. */
void log_sealing_announce(void);

#endif
