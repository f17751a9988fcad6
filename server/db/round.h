#ifndef DB_ROUND_H
#define DB_ROUND_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "db/pool.h"
#include "db/statement.h"

/*
 * One round trip: several statements in a pipeline with one sync. Without a BEGIN they are one
 * implicit transaction: all or nothing. Results live in the arena.
 */
enum { ROUND_MAX = 16 };

struct round {
	struct connection *connection;
	struct arena *arena;
	size_t count;
	bool sets_nothing; /* none of its statements leaves a setting for the rest of the
			      transaction */
	struct {
		const struct statement *statement;
		const char *const
			*values;  /* as many as the statement's parameters; NULL is SQL's NULL */
		PGresult *result; /* after a successful round_run() */
		bool prepares;	  /* this step sends the preparation too */
	} steps[ROUND_MAX];
	/* after a failed one: */
	bool lost;	     /* the connection or the database is gone, or did not answer in time */
	size_t failed;	     /* which step; the first when not even that is known */
	char sqlstate[6];    /* "23505", "AP404" */
	const char *message; /* MESSAGE of the error: for class AP a problem code; else for the log
				alone */
	const char *detail;  /* DETAIL, or NULL */
	const char *constraint; /* name of the violated constraint, or NULL */
};

/* Begins anew with no step. `c` may be NULL when share_run() is to find one; results live in `a`.
 */
void round_init(struct round *r, struct connection *c, struct arena *a);

/* Adds a statement; returns its step's number. */
size_t round_add(struct round *r, const struct statement *s, const char *const *values);

/* Sends everything, waits for everything. A lost connection is marked broken. */
bool round_run(struct round *r);

/*
 * The parts of round_run(), for several rounds in one transaction: each is sent, then one sync;
 * each is received, then the sync. False when the connection is lost; a refusal stands in sqlstate.
 */
bool round_send(struct round *r);
bool round_send_sync(struct round *r);
bool round_receive(struct round *r);
bool round_receive_sync(struct round *r);

/* As before it was run, and without its last steps: for another try. */
void round_forget(struct round *r, size_t steps);

/* Prepares one statement without running it; false with r->message when the database refuses it. */
bool round_prepare(struct round *r, const struct statement *s);

/* The column of the step's first row as text, or NULL (no row, no such column, SQL's NULL). */
const char *round_text(const struct round *r, size_t step, const char *column);

/* How many rows the step gave. */
int round_rows(const struct round *r, size_t step);

#endif
