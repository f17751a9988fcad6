#ifndef API_ALLOWANCE_H
#define API_ALLOWANCE_H

#include <stdbool.h>

#include "api/request.h"

/*
 * How much each client, and each agency as a whole, may ask of this daemon in a minute; weighed by
 * the operation's x-cost (docs/limits.md). The sizes are those of the agency's row in the registry,
 * else the settings'. Counted in this process alone.
 */
void allowance_start(void);
void allowance_stop(void);

/* Takes the operation's cost, says in RateLimit what is left. False when answered with 429. */
bool allowance_take(struct request *r);

/* A token was refused; counted by the address that it came from. */
void allowance_note_refusal(const struct request *r);

/* May this address have another token verified? False when answered with 429. */
bool allowance_may_try(struct request *r);

#endif
