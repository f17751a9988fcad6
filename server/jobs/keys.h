#ifndef JOBS_KEYS_H
#define JOBS_KEYS_H

#include <stdbool.h>

/*
 * The thread that fetches issuers' key sets from their addresses (auth/key_store.h says when) and
 * has the registry read again when one has changed. Needed by every daemon, whatever its jobs.
 */
bool keys_start(void);

/* Waits for the fetch that is under way, at most its time limit. */
void keys_stop(void);

#endif
