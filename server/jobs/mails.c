/*
 * The thread that sends alerts by e-mail.
 * Tested through tests/api/alerts.test.mjs: it asks PostgreSQL and a mail server.
 */
#include "jobs/mails.h"

#include "base/arena.h"
#include "base/config.h"
#include "base/event.h"
#include "jobs/job.h"
#include "jobs/pace.h"
#include "jobs/smtp.h"

enum { ROUND_MEMORY = 1024 * 1024, MAILS_AT_ONCE = 20 };

static const char job[] = "mails";

static struct pace pace = PACE_INITIALIZER;

static bool send_one(struct connection *c, struct arena *a, const struct smtp_mail *mail)
{
	const char *why = smtp_send(a, mail);
	const char *const values[] = {mail->id, why == NULL ? "true" : "false"};
	struct round round;

	if (why != NULL)
		event(E_MAIL_FAILED, "\"mail\":\"%s\",\"reason\":\"%s\"", mail->id, why);
	round_init(&round, c, a);
	return job_ask(&round, job, "alert_done", values);
}

/* Those that are due; false when the connection is lost. */
static bool send_due(struct connection *c, struct arena *a)
{
	const char *const values[] = {arena_printf(a, "%d", MAILS_AT_ONCE)};
	struct round round;

	round_init(&round, c, a);
	if (!job_ask(&round, job, "alert_take", values))
		return !round.lost;
	for (int i = 0; i < round_rows(&round, 0); i++) {
		const PGresult *rows = round.steps[0].result;
		const struct smtp_mail mail = {PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1),
					       PQgetvalue(rows, i, 2)};

		if (!send_one(c, a, &mail))
			return !c->broken;
	}
	return true;
}

static void *work(void *unused)
{
	struct arena *a = arena_new(ROUND_MEMORY);
	struct connection *c = NULL;

	(void)unused;
	do {
		bool connected;

		if (c == NULL)
			c = pool_open_own();
		connected = c == NULL || send_due(c, a);
		/* results go before their connection may */
		arena_clear(a);
		if (!connected) {
			pool_close_own(c);
			c = NULL;
		}
	} while (pace_wait(&pace, config.jobs_interval_ms));
	pool_close_own(c);
	arena_free(a);
	return NULL;
}

bool mails_start(void)
{
	return config.smtp_url[0] == '\0' || pace_start(&pace, work);
}

void mails_stop(void)
{
	pace_stop(&pace);
}
