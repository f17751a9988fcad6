#ifndef API_CHECK_H
#define API_CHECK_H

#include <stdbool.h>

#include "base/arena.h"
#include "contract/contract.h"

/*
 * The pairs that must agree before the daemon starts: each operation has its statement, machine or
 * C function; each statement belongs to an operation, a machine or the daemon; a statement names
 * only parameters that the contract describes. False with a sentence in `*why`.
 */
bool check_pairs(struct arena *a, const struct contract *c, const char **why);

#endif
