#ifndef API_ACTIONS_H
#define API_ACTIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "api/request.h"
#include "base/arena.h"

/* The contract's state machines, as requests ask about them. */

/* Reads x-state-machines; called at start. */
bool actions_load(struct arena *a, const struct contract *c, const char **why);

/* True when there is a machine of that name. */
bool actions_known(const char *machine);

/*
 * JSON array of the actions that this caller may take now on a thing in `state` with `facts`
 * (PostgreSQL array text "{a,b}", or NULL), or NULL when the operation's resource has no machine.
 */
const char *actions_open(struct request *r, const struct operation *op, const char *state,
			 const char *facts);

struct deciding {
	const char *machine, *state, *facts;
	const char *action;  /* out: from the body */
	const char *to;	     /* out: the new state; "previous" is left to the statement */
	const char *refusal; /* out: the problem's code when a guard refuses, else NULL */
};

/* Decides the transition that the body asks for. False when refused: answered with 403, 409 or 422.
 */
bool actions_decide(struct request *r, struct deciding *d);

#endif
