#ifndef DOMAIN_MACHINE_H
#define DOMAIN_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "contract/machines.h"

/*
 * One step of a state machine, decided without I/O (domain rules §4): a state that does not have
 * the action is 409, a caller who may not take it 403, missing members 422, and facts that forbid
 * it are what the table says.
 */
struct machine_question {
	const struct machine *machine;
	const char *action, *state;
	const char *role;     /* the caller's, as in the tables */
	struct names facts;   /* true of the thing and of the caller's standing to it */
	struct names members; /* of the body, `action` included or not */
};

enum machine_verdict {
	MACHINE_OK,
	MACHINE_INVALID,    /* 409 invalid_transition: `allowed` */
	MACHINE_FORBIDDEN,  /* 403 forbidden_action */
	MACHINE_INCOMPLETE, /* 422: `missing` members */
	MACHINE_REFUSED	    /* `status` and `code` from the table */
};

struct machine_decision {
	enum machine_verdict verdict;
	const struct machine_action *action; /* the row of the table; NULL when INVALID */
	const char *to;			     /* OK: the new state, or "previous" */
	int status;			     /* 200 when OK */
	const char *code;		     /* of the problem; NULL when OK */
	size_t allowed_count, missing_count;
	const char *allowed[MACHINE_ACTIONS_MAX]; /* open to this caller from this state */
	const char *missing[MACHINE_REQUIRED_MAX];
};

/* Judges one action. Its texts are those of the machine and the question, which must outlive it. */
struct machine_decision machine_decide(const struct machine_question *q);

/*
 * The actions that this caller could take now, given the members that they require: names into
 * `out`, at most MACHINE_ACTIONS_MAX, each once. `q->action` and `q->members` are not looked at.
 */
size_t machine_open(const struct machine_question *q, const char *out[MACHINE_ACTIONS_MAX]);

#endif
