#ifndef API_TRUST_H
#define API_TRUST_H

#include <stdbool.h>

#include "auth/auth.h"

/*
 * Whose tokens are believed now: the registry of issuers as it was last read. What is held never
 * changes: a new reading takes the old one's place whole.
 */

/* The current registry, read-locked: give it back with trust_release(), also when it is NULL, which
 * means that none has been read yet. */
const struct registry *trust_hold(void);
void trust_release(void);

/*
 * Reads issuers and keys from PostgreSQL (and their files, and what was fetched) again. False with
 * a sentence in `why`, and the old one stays. Who comes while others read shares the next reading
 * with them. What was verified by the old one is still believed: see identify_anew().
 */
bool trust_reload(char why[256]);

/* Frees the registry; when no request runs any more. */
void trust_stop(void);

#endif
