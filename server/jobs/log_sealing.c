/*
 * Seals the access log, piece by piece.
 * Tested through tests/api/log-seals.test.mjs: it asks PostgreSQL and signs what it says.
 */
#include "jobs/log_sealing.h"

#include <stdlib.h>
#include <string.h>

#include "api/service.h"
#include "auth/log_key.h"
#include "base/config.h"
#include "base/event.h"
#include "jobs/job.h"

enum {
	/* rows of one: few enough to be read as one answer, and to be named by the piece's number
	 */
	PIECE = 500,
	PIECES_MAX = 40 /* in one round, so that a long backlog does not hold up deadlines */
};

static const char job[] = "log_sealing";

/* One piece; `*sealed` is how many rows it has. False when the connection is lost. */
static bool make(struct connection *c, struct arena *a, long *sealed)
{
	struct round round;

	arena_clear(a);

	const char *const values[] = {arena_printf(a, "%d", PIECE),
				      arena_printf(a, "%ld seconds", config.log_seal_every_s)};

	*sealed = 0;
	round_init(&round, c, a);
	if (!job_ask(&round, job, "log_seal_make", values))
		return !round.lost;
	*sealed = strtol(round_text(&round, 0, "done"), NULL, 10);
	return true;
}

static bool sign(struct connection *c, struct arena *a, const char *number, const char *statement)
{
	const char *signature = log_key_sign(service.log_key, a, statement);
	const char *const values[] = {number, log_key_id(service.log_key), signature};
	struct round round;

	if (signature == NULL)
		return true;
	round_init(&round, c, a);
	return job_ask(&round, job, "log_seal_sign", values) || !round.lost;
}

static void sign_all(struct connection *c, struct arena *a)
{
	struct round round;

	arena_clear(a);
	round_init(&round, c, a);
	if (!job_ask(&round, job, "log_seals_unsigned", NULL))
		return;
	for (int i = 0; i < round_rows(&round, 0); i++) {
		const PGresult *rows = round.steps[0].result;

		if (!sign(c, a, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1)))
			return;
	}
}

void log_sealing_run(struct connection *c, struct arena *a)
{
	long sealed = PIECE;

	if (service.log_key == NULL)
		return;
	for (int i = 0; sealed >= PIECE && i < PIECES_MAX; i++)
		if (!make(c, a, &sealed))
			return;
	sign_all(c, a);
}

void log_sealing_announce(void)
{
	if (service.log_key == NULL)
		event(E_LOG_NOT_SEALED, "\"setting\":\"SAMHANDLING_LOG_SEAL_KEY\"");
}
