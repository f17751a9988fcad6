/*
 * The thread that sends alerts by e-mail.
 * Tested through tests/api/alerts.test.mjs: it asks PostgreSQL and a mail server.
 */
#include "jobs/mails.h"

#include "base/arena.h"
#include "base/config.h"
#include "base/event.h"
#include "jobs/duty.h"
#include "jobs/job.h"
#include "jobs/smtp.h"

enum { TURN_MEMORY = 1024 * 1024, MAILS_AT_ONCE = 20 };

static const char job[] = "mails";

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

/* Those that are due. */
static long send_due(struct connection *c, struct arena *a)
{
	const char *const values[] = {arena_printf(a, "%d", MAILS_AT_ONCE)};
	struct round round;
	int due;

	round_init(&round, c, a);
	due = job_ask(&round, job, "alert_take", values) ? round_rows(&round, 0) : 0;
	for (int i = 0; i < due; i++) {
		const PGresult *rows = round.steps[0].result;
		const struct smtp_mail mail = {PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1),
					       PQgetvalue(rows, i, 2)};

		if (!send_one(c, a, &mail))
			break;
	}
	return config.jobs_interval_ms;
}

static struct duty mails = {.turn = send_due, .memory = TURN_MEMORY, .pace = PACE_INITIALIZER};

bool mails_start(void)
{
	return config.smtp_url[0] == '\0' || duty_start(&mails);
}

void mails_stop(void)
{
	duty_stop(&mails);
}
