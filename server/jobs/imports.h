#ifndef JOBS_IMPORTS_H
#define JOBS_IMPORTS_H

#include <stdbool.h>

/*
 * Merges imports in a thread with a connection of its own: block after block, each in its own
 * transaction with its checkpoint, so that a daemon that is killed goes on where it stood. Two
 * daemons take turns; PostgreSQL decides whose turn it is.
 */
bool imports_start(void);

/* Waits for the block that is under way. */
void imports_stop(void);

#endif
