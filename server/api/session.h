#ifndef API_SESSION_H
#define API_SESSION_H

#include <stdbool.h>

#include "api/request.h"
#include "db/round.h"

/*
 * Several requests in one transaction: all of them, or none. Each runs as it does alone, with its
 * own context, gate and log row; between them nothing of the one before is left but what it has
 * written. A request that is refused ends the transaction, and its denial is logged after it; so is
 * what the others have told, whose log rows are taken back with the rest.
 */
struct session {
	struct connection *connection;
	json_t *told; /* of each log row that has been written: statement `told` */
	bool open;    /* the transaction has begun */
	bool ended;   /* committed, or taken back: nothing more can run in it */
};

/* Borrows a connection. False when none was to be had: `r` is answered with 503. */
bool session_begin(struct session *s, struct request *r);

/*
 * Before a request's statements: the first begins the transaction, later ones find no settings of
 * the one before. NULL, and a session that has ended, add nothing.
 */
void session_join(struct session *s, struct round *round);

/* Whether a request in it can still be taken back; NULL is no session. */
bool session_is_open(const struct session *s);

/* Remembers what a request's log row says (JSON), in case it is taken back. */
void session_note(struct session *s, const char *told);

/*
 * After a refusal: takes back what was written, and writes what had been told until then into the
 * log, in a transaction of its own. False when that failed: `r`, which runs in the session, is
 * answered with 503.
 */
bool session_tell(struct session *s, struct request *r);

/* Writes it all. False when that failed: nothing is written, and `r` is answered with 503. */
bool session_commit(struct session *s, struct request *r);

/* Takes back what was written, if the transaction is open. */
void session_rollback(struct session *s, struct arena *a);

/* Gives the connection back; takes back what was not committed. */
void session_end(struct session *s, struct arena *a);

#endif
