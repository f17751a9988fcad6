#ifndef API_WORK_H
#define API_WORK_H

#include <stdbool.h>

#include "api/bind.h"
#include "api/request.h"
#include "api/room.h"
#include "db/round.h"

/*
 * One request's work in PostgreSQL: the statements around an operation, one round trip or two.
 * Holds the borrowed connection; work_end() gives it back.
 */
struct work {
	struct request *request;
	struct binding binding;
	struct round round;
	struct connection *connection;	   /* NULL for a round that is shared */
	const struct operation *answer_op; /* whose statement gives the representation */
	size_t answer;			   /* its step */
	size_t told;			   /* the step that says what the log row says, or 0 */
	bool has_key;			   /* an Idempotency-Key is honoured */
};

/* Answers with 503 because no connection was to be had. False. */
bool work_refused(struct request *r, enum pool_refusal refusal);

/* Borrows a connection. False when none was to be had: answered with 503. */
bool work_begin(struct work *w, struct request *r);
void work_end(struct work *w);

/*
 * The same for a single round that only reads and may share its transaction with other requests'
 * (db/share.h): borrows nothing. work_run() runs it.
 */
void work_begin_shared(struct work *w, struct request *r);

/* Runs the round, shared or not. False when it failed, or when it was answered with 503. */
bool work_run(struct work *w);

/* The patient whom the path names, or NULL. */
const char *work_person(const struct request *r);

/* Starts a new round trip on the same connection. */
void work_round(struct work *w);

/* Ends an open transaction without a trace; leaves w->round as it is. */
void work_rollback(struct work *w);

/* Adds a statement by name, with values from the binding; returns its step. The name must exist. */
size_t work_add(struct work *w, const char *name);

/* The same for a statement that is at hand. */
size_t work_add_statement(struct work *w, const struct statement *s);

/* context, and what begins an idempotent POST */
void work_open(struct work *w);

/*
 * An operation that is one statement: opens, adds it (it is w->answer then) and the log row of that
 * action, and runs them. True as work_run().
 */
bool work_statement(struct work *w, const char *name, const char *action);

/* Whether that gave a row; else answers that there is no such thing, or no longer. */
bool work_found(const struct work *w);

/* The log row, by the binding's action; in a session it is told of too, should it be taken back. */
void work_log(struct work *w);

/* the representation, the log row, and what ends an idempotent POST */
void work_close(struct work *w);

/* Turns a failed round into the answer: problem, denial in the log, replay. */
enum outcome work_failed(struct work *w);

/*
 * Writes the DENIED row in a transaction of its own, and one for the person whom the refusal is
 * `about` beside the request's own, if not NULL; 503 when that fails. For refusals in C too.
 */
void work_deny(struct request *r, const char *reason, const char *about);

#endif
