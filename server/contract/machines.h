#ifndef CONTRACT_MACHINES_H
#define CONTRACT_MACHINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct contract;

/*
 * The contract's state machines (api-spec/machines), as plain data for the rules in domain/. Read
 * once at start, immutable afterwards.
 */
struct names {
	size_t count;
	const char **list;
};

/* A fact about the thing that forbids an action, or that the action needs, and how it is refused.
 */
struct machine_guard {
	const char *fact, *code;
	int status; /* HTTP */
};

struct machine_guards {
	size_t count;
	struct machine_guard *list;
};

struct machine_action {
	const char *name;
	struct names from;
	const char *to;	       /* a state, or "previous": the statement knows */
	struct names roles;    /* who may; none: nobody but the service */
	struct names standing; /* facts of which the caller needs one, if any are listed */
	struct names required; /* members of the body */
	struct machine_guards refuse_when, require_facts;
	const char *deadline; /* code of a deadline rule that is set, or NULL */
	const char *summary, *label_nb;
};

struct machine_state {
	const char *name;
	bool initial, terminal;
};

struct machine {
	const char *name;
	size_t state_count, action_count;
	struct machine_state *states;
	struct machine_action *actions;
};

struct machines {
	size_t count;
	struct machine *list;
};

enum { MACHINE_ACTIONS_MAX = 48, MACHINE_REQUIRED_MAX = 16 };

/* Reads all machines. NULL and `*why` when one is malformed or names a state that it has not. */
const struct machines *machines_load(struct arena *a, const struct contract *c, const char **why);

/* The machine by name, or NULL. */
const struct machine *machines_find(const struct machines *m, const char *name);

/* Whether the name is among them. */
bool names_have(const struct names *names, const char *name);

#endif
