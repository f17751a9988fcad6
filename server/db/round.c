/* Runs a pipeline of prepared statements in one round trip. */
#include "db/round.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/event.h"

enum { GRACE_MS = 300 };

/* connection.prepared: whether a statement is known there, or will be when what was sent succeeds
 */
enum { UNKNOWN, PREPARED, SENT };

void round_init(struct round *r, struct connection *c, struct arena *a)
{
	r->connection = c;
	r->arena = a;
	r->count = r->failed = 0;
	r->lost = r->sets_nothing = false;
	r->sqlstate[0] = '\0';
	r->message = r->detail = r->constraint = NULL;
}

size_t round_add(struct round *r, const struct statement *s, const char *const *values)
{
	r->steps[r->count].statement = s;
	r->steps[r->count].values = values;
	r->steps[r->count].result = NULL;
	return r->count++;
}

static bool lose(struct round *r, const char *reason)
{
	if (!r->lost)
		event(E_DATABASE_LOST, "\"reason\":\"%s\"", reason);
	r->lost = true;
	r->connection->broken = true;
	return false;
}

/* Every parameter is text and cast by the statement itself, so that nothing is left to guess. */
static int send_prepare(PGconn *pg, const struct statement *s)
{
	enum { TEXT_OID = 25 };
	Oid types[STATEMENT_PARAMETERS_MAX];

	for (size_t i = 0; i < s->parameter_count; i++)
		types[i] = TEXT_OID;
	return PQsendPrepare(pg, s->name, s->sql, (int)s->parameter_count, types);
}

static bool send_step(struct round *r, size_t i)
{
	const struct statement *s = r->steps[i].statement;
	PGconn *pg = r->connection->pg;

	r->steps[i].prepares = r->connection->prepared[s->index] == UNKNOWN;
	if (r->steps[i].prepares && send_prepare(pg, s) != 1)
		return lose(r, "cannot send");
	if (r->steps[i].prepares)
		r->connection->prepared[s->index] = SENT;
	if (PQsendQueryPrepared(pg, s->name, (int)s->parameter_count, r->steps[i].values, NULL,
				NULL, 0) != 1)
		return lose(r, "cannot send");
	return true;
}

/* Waits until a result can be read without blocking; `until` in monotonic microseconds. */
static bool wait_readable(struct round *r, int64_t until)
{
	PGconn *pg = r->connection->pg;

	while (PQisBusy(pg)) {
		int64_t left = (until - clock_monotonic_us()) / 1000;
		int unsent = PQflush(pg);
		struct pollfd p = {.fd = PQsocket(pg),
				   .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0))};

		if (unsent < 0 || left <= 0 || poll(&p, 1, (int)left) < 0)
			return lose(r, left <= 0 ? "no answer in time" : "connection failed");
		if (p.revents != 0 && PQconsumeInput(pg) != 1)
			return lose(r, "connection failed");
	}
	return true;
}

/* The next result of a step, owned by the arena; the NULL that ends each command is skipped. */
static PGresult *next_result(struct round *r, int64_t until)
{
	/* one NULL may be left of the round before, one of the step before */
	for (int empty = 0; empty < 3;) {
		if (!wait_readable(r, until))
			return NULL;

		PGresult *result = PQgetResult(r->connection->pg);

		if (result != NULL) {
			arena_adopt(r->arena, (void (*)(void *))PQclear, result);
			return result;
		}
		empty++;
	}
	lose(r, "protocol out of step");
	return NULL;
}

static void note_error(struct round *r, size_t step, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (r->sqlstate[0] != '\0')
		return;
	r->failed = step;
	snprintf(r->sqlstate, sizeof(r->sqlstate), "%s", state == NULL ? "XX000" : state);
	r->message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	r->detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	r->constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	/* 57P0x: the server is going down; 26000: it has forgotten what we prepared */
	if (strncmp(r->sqlstate, "57P", 3) == 0 || strcmp(r->sqlstate, "26000") == 0)
		lose(r, "server closed the session");
}

static bool read_step(struct round *r, size_t i, int64_t until)
{
	const struct statement *s = r->steps[i].statement;

	for (int part = r->steps[i].prepares ? 0 : 1; part < 2; part++) {
		PGresult *result = next_result(r, until);

		if (result == NULL)
			return false;

		ExecStatusType status = PQresultStatus(result);

		if (status == PGRES_FATAL_ERROR)
			note_error(r, i, result);
		if (part == 0)
			/* stays so even when the round fails later */
			r->connection->prepared[s->index] =
				status == PGRES_COMMAND_OK ? PREPARED : UNKNOWN;
		else if (status != PGRES_FATAL_ERROR)
			r->steps[i].result = result;
	}
	return true;
}

/* The longest wait for the answers of one round, in monotonic microseconds. */
static int64_t time_limit(void)
{
	return clock_monotonic_us() + (pool_statement_ms() + GRACE_MS) * 1000;
}

bool round_send(struct round *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (!send_step(r, i))
			return false;
	return true;
}

bool round_send_sync(struct round *r)
{
	return PQpipelineSync(r->connection->pg) == 1 || lose(r, "cannot send");
}

bool round_receive(struct round *r)
{
	int64_t until = time_limit();

	for (size_t i = 0; i < r->count; i++)
		if (!read_step(r, i, until)) {
			if (r->sqlstate[0] == '\0')
				r->failed = i;
			return false;
		}
	return true;
}

bool round_receive_sync(struct round *r)
{
	PGresult *sync = next_result(r, time_limit());

	if (sync == NULL)
		return false;
	return PQresultStatus(sync) == PGRES_PIPELINE_SYNC || lose(r, "protocol out of step");
}

bool round_run(struct round *r)
{
	return round_send(r) && round_send_sync(r) && round_receive(r) && round_receive_sync(r) &&
	       r->sqlstate[0] == '\0';
}

void round_forget(struct round *r, size_t steps)
{
	r->count -= steps;
	for (size_t i = 0; i < r->count; i++)
		r->steps[i].result = NULL;
	r->sqlstate[0] = '\0';
	r->message = r->detail = r->constraint = NULL;
}

bool round_prepare(struct round *r, const struct statement *s)
{
	int64_t until = time_limit();
	PGconn *pg = r->connection->pg;

	if (send_prepare(pg, s) != 1 || PQpipelineSync(pg) != 1)
		return lose(r, "cannot send");

	PGresult *result = next_result(r, until);

	if (result == NULL)
		return false;
	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		note_error(r, 0, result);
	else
		r->connection->prepared[s->index] = PREPARED;
	return next_result(r, until) != NULL && r->sqlstate[0] == '\0';
}

const char *round_text(const struct round *r, size_t step, const char *column)
{
	const PGresult *result = r->steps[step].result;
	int at = result == NULL || PQntuples(result) == 0 ? -1 : PQfnumber(result, column);

	return at < 0 || PQgetisnull(result, 0, at) ? NULL : PQgetvalue(result, 0, at);
}

int round_rows(const struct round *r, size_t step)
{
	return r->steps[step].result == NULL ? 0 : PQntuples(r->steps[step].result);
}
