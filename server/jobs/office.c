/*
 * The delivery's work in PostgreSQL but for sending.
 * Tested through tests/api/webhooks.test.mjs: it borrows a lock and notes answers.
 */
#include "jobs/office.h"

#include <string.h>

#include "api/bind.h"
#include "base/event.h"
#include "jobs/job.h"

bool office_run(struct office *o, struct round *round)
{
	if (job_run(round, "delivery"))
		return true;
	if (!round->lost)
		return false;
	arena_clear(o->arena);
	pool_close_own(o->connection);
	o->connection = NULL;
	o->leads = false;
	return false;
}

bool office_leads(struct office *o)
{
	struct round round;

	if (o->connection == NULL)
		o->connection = pool_open_own();
	if (o->connection == NULL || o->leads)
		return o->leads;
	arena_clear(o->arena);
	round_init(&round, o->connection, o->arena);
	round_add(&round, statement_find("delivery_lead"), NULL);
	if (office_run(o, &round))
		o->leads = strcmp(round_text(&round, 0, "leads"), "t") == 0;
	return o->leads;
}

/* An answer that cannot be noted now is kept, so that the event is not sent again for that. */
static bool note(struct office *o, struct parcel *p)
{
	struct request r = {.arena = o->arena};
	const struct binding b = {.request = &r,
				  .delivery_id = p->id,
				  .delivery_outcome = p->outcome,
				  .delivery_told = p->told};
	const struct statement *settle = statement_find("delivery_settle");
	struct round round;

	arena_clear(o->arena);
	round_init(&round, o->connection, o->arena);
	round_add(&round, settle, bind_values(&b, settle));
	if (!office_run(o, &round))
		return false;

	const char *became = round_text(&round, 0, "became");

	if (strcmp(became, "PAUSED") == 0 || strcmp(became, "STOPPED") == 0)
		event(E_SUBSCRIPTION_STOPPED, "\"subscription\":\"%s\",\"became\":\"%s\"",
		      p->subscription, became);
	return true;
}

void office_note(struct office *o)
{
	for (struct parcel *p = o->parcels.first, *next; p != NULL && o->connection != NULL;
	     p = next) {
		next = p->next;
		if (p->outcome == NULL)
			continue;
		if (note(o, p))
			parcels_remove(&o->parcels, p);
	}
}

void office_close(struct office *o)
{
	arena_clear(o->arena);
	pool_close_own(o->connection);
	o->connection = NULL;
	while (o->parcels.first != NULL)
		parcels_remove(&o->parcels, o->parcels.first);
}
