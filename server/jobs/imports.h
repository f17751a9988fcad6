#ifndef JOBS_IMPORTS_H
#define JOBS_IMPORTS_H

#include <stdbool.h>

/*
 * Merges imports in threads with connections of their own: block after block, each in its own
 * transaction with its checkpoint, so that a daemon that is killed goes on where it stood. Threads
 * and daemons take turns; PostgreSQL decides whose turn it is (import_claim()).
 */
bool imports_start(void);

/* Waits for the blocks that are under way. */
void imports_stop(void);

#endif
