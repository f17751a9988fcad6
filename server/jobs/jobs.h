#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

#include <stdbool.h>

/*
 * Work beside requests, in one thread with a connection of its own: deadlines that pass, expiry of
 * consents and emergency accesses, partitions of the access log. What it does is SQL (statements
 * `job_…`), each in one transaction that takes rows with SKIP LOCKED: any number of daemons may run
 * it, every row is handled once.
 */
bool jobs_start(void);

/* Waits for the round that is under way. */
void jobs_stop(void);

#endif
