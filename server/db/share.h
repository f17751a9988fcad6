#ifndef DB_SHARE_H
#define DB_SHARE_H

#include <stdbool.h>

#include "db/pool.h"
#include "db/round.h"

/*
 * Rounds of several requests in one round trip and one transaction, as PostgreSQL's own group
 * commit does one floor below: what a round trip, a transaction and a wait for the disk cost is
 * paid once for all who come while it is under way. A few lanes lead to the database; whoever finds
 * one free goes at once and alone, the others stand in line, and who gets the lane next takes along
 * those behind.
 *
 * Between two rounds stands the statement "reset", unless the first sets nothing: nothing that one
 * request has set is there for the next. When any round of the transaction fails, all of it is
 * undone and each is run by itself, so that a refusal is its own request's alone.
 */
enum { SHARE_MOST = 8 }; /* rounds in one transaction */

/* How many transactions are under way at once; before threads. */
void share_start(size_t lanes);

/*
 * Runs a round that has no connection yet and only reads, beside the access log. True as
 * round_run(); on false without `*refusal` see the round, else no connection was to be had.
 */
bool share_run(struct round *r, enum pool_refusal *refusal);

struct share_counters {
	uint64_t rounds, transactions, undone; /* undone: transactions run again one by one */
};
void share_count(struct share_counters *out);

#endif
