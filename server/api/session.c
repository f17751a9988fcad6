/*
 * Several requests in one transaction.
 * Tested through tests/api/fhir-writes.test.mjs: it borrows a connection.
 */
#include "api/session.h"

#include "api/problem.h"
#include "api/work.h"

/* One statement without parameters, in a round trip of its own. */
static bool run(struct session *s, struct arena *a, const char *name)
{
	struct round round;

	round_init(&round, s->connection, a);
	round_add(&round, statement_find(name), NULL);
	return round_run(&round);
}

bool session_begin(struct session *s, struct request *r)
{
	enum pool_refusal refusal;

	*s = (struct session){.connection = pool_take(&refusal)};
	return s->connection != NULL || work_refused(r, refusal);
}

void session_join(struct session *s, struct round *round)
{
	if (s == NULL || s->ended)
		return;
	round_add(round, statement_find(s->open ? "reset" : "begin"), NULL);
	s->open = true;
}

bool session_commit(struct session *s, struct request *r)
{
	/* the last may have been "not modified", whose row need not be on disk: all else must */
	bool written = s->connection != NULL && !s->connection->broken && !s->ended &&
		       (!s->open || (run(s, r->arena, "reset") && run(s, r->arena, "commit")));

	s->open = s->open && !written;
	s->ended = true;
	return written || problem(r, "unavailable", "the transaction could not be written");
}

void session_rollback(struct session *s, struct arena *a)
{
	if (s->open && !s->connection->broken && !run(s, a, "rollback"))
		s->connection->broken = true;
	s->open = false;
	s->ended = true;
}

void session_end(struct session *s, struct arena *a)
{
	session_rollback(s, a);
	if (s->connection != NULL)
		pool_give_back(s->connection);
	s->connection = NULL;
}
