#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

#include <stdbool.h>

/*
 * Work beside requests. In one thread with a connection of its own, what falls due: deadlines that
 * pass, expiry of consents and emergency accesses, partitions of the access log. What it does is
 * SQL (statements `job_…`), each in one transaction that takes rows with SKIP LOCKED: any number of
 * daemons may run it, every row is handled once. Other threads have files of their own beside this
 * one; here they are started and stopped.
 */
bool jobs_start(void);

/* Waits for what is under way. */
void jobs_stop(void);

#endif
