/*
 * Several requests in one transaction.
 * Tested through tests/api/fhir-writes.test.mjs: it borrows a connection.
 */
#include "api/session.h"

#include <stdlib.h>

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

	*s = (struct session){.connection = pool_take(&refusal), .told = json_array()};
	arena_adopt(r->arena, (void (*)(void *))json_decref, s->told);
	return s->connection != NULL || work_refused(r, refusal);
}

void session_join(struct session *s, struct round *round)
{
	if (s == NULL || s->ended)
		return;
	round_add(round, statement_find(s->open ? "reset" : "begin"), NULL);
	s->open = true;
}

bool session_is_open(const struct session *s)
{
	return s != NULL && !s->ended;
}

void session_note(struct session *s, const char *told)
{
	json_array_append_new(s->told, json_loads(told, 0, NULL));
}

bool session_tell(struct session *s, struct request *r)
{
	struct work w;
	bool written;
	char *text;

	session_rollback(s, r->arena);
	if (json_array_size(s->told) == 0)
		return true;
	if (!work_begin(&w, r))
		return false;
	text = json_dumps(s->told, JSON_COMPACT);
	w.binding.given = arena_dup(r->arena, text);
	free(text);
	work_add(&w, "told_again");
	written = round_run(&w.round);
	work_end(&w);
	/* a refusal that tells more than the log is not given */
	return written || problem(r, "unavailable", "the access log cannot be written");
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
