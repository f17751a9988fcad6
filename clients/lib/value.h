#ifndef LIB_VALUE_H
#define LIB_VALUE_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/contract.h"

/* Where in a body a value goes. Fill in arena, contract, schema (of the body) and within (it). */
struct value_place {
	struct arena *arena;
	const struct contract *contract;
	const json_t *schema; /* after value_find: the value's own schema, maybe NULL */
	json_t *within;	      /* after value_find: the object that gets it */
	const char *name;     /* the member's name there */
	bool append;	      /* it is one more item of the list of that name */
};

/*
 * Finds the place for a key like "sender.category" or "needs[]", making the objects on the way.
 * False when the contract has no such member (`*why` NULL) or the key is malformed.
 */
bool value_find(struct value_place *place, const char *key, const char **why);

/* Puts the text there with the type of the contract; `raw` takes it as JSON. */
bool value_put(const struct value_place *place, bool raw, const char *text, const char **why);

#endif
