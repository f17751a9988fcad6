#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include "db/round.h"

/*
 * Runs what has been added to a round, for the job of that name. False when it fails, which is an
 * event JOB_FAILED; `round->lost` tells whether the connection has gone with it.
 */
bool job_run(struct round *round, const char *job);

/* Adds one statement to a round that has been begun, and runs it; likewise. */
bool job_ask(struct round *round, const char *job, const char *statement,
	     const char *const *values);

#endif
