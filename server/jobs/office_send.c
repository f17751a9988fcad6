/*
 * What subscriptions may be sent now, signed and sent.
 * Tested through tests/api/webhooks.test.mjs: without receivers there is nothing of it.
 */
#include <string.h>

#include "api/bind.h"
#include "api/service.h"
#include "auth/webhook.h"
#include "base/clock.h"
#include "base/event.h"
#include "jobs/office.h"
#include "jobs/recipient.h"

enum {
	AT_ONCE = 8 /* to one subscription */,
	AT_ONCE_ALL = 64,
	HEADERS = 5,
	ONE_MEMORY = 16 * 1024 * 1024 /* for one subscription's part of a round */
};

/* What one subscription is served with; of its own arena, so that many take no more than one. */
struct serving {
	struct office *office;
	struct arena *arena;
	struct recipient to;
	struct target target;
};

/* Somebody has to say it anew, or to bring back the key that it was sealed with. */
static void tell_closed(const struct serving *s, const char *what)
{
	event(E_SECRET_NOT_OPENED, "\"subscription\":\"%s\",\"what\":\"%s\"", s->to.id, what);
}

static const char *opened(const struct serving *s, const PGresult *keys, int row, int column)
{
	const char *seal = PQgetvalue(keys, row, column);

	return seal_open(service.seals, s->arena, seal, strlen(seal));
}

/*
 * Every key that is valid signs, so that a receiver can change over from one to the next. NULL
 * when none of them can: what is not signed is not sent.
 */
static const char *signatures(const struct serving *s, const PGresult *keys,
			      const struct webhook_message *m)
{
	const char *all = NULL;

	for (int i = 0; i < PQntuples(keys); i++) {
		const char *secret = opened(s, keys, i, 0), *signing = opened(s, keys, i, 1);
		const char *one = secret == NULL || signing == NULL
					  ? NULL
					  : webhook_sign(s->arena, secret, signing, m);

		if (one == NULL)
			tell_closed(s, "key");
		else
			all = all == NULL ? one : arena_printf(s->arena, "%s %s", all, one);
	}
	return all;
}

static void copy_id(char out[PARCEL_ID_SIZE], const char *text)
{
	memccpy(out, text, '\0', PARCEL_ID_SIZE - 1);
}

/* Ours, then those that the subscription has of its own. */
static const char *const *headers_for(const struct serving *s, const struct webhook_message *m,
				      const char *signature)
{
	struct arena *a = s->arena;
	size_t own = 0;

	while (s->target.headers[own] != NULL)
		own++;

	const char **headers = arena_alloc(a, (HEADERS + own + 1) * sizeof(*headers));

	headers[0] = s->to.topic == NULL
			     ? "Content-Type: application/cloudevents+json; charset=utf-8"
			     : "Content-Type: application/fhir+json; charset=utf-8";
	headers[1] = "Expect:"; /* no asking whether the body may be sent */
	headers[2] = arena_printf(a, "webhook-id: %s", m->id);
	headers[3] = arena_printf(a, "webhook-timestamp: %s", m->timestamp);
	headers[4] = arena_printf(a, "webhook-signature: %s", signature);
	memcpy(headers + HEADERS, s->target.headers, (own + 1) * sizeof(*headers));
	return headers;
}

static void send_one(const struct serving *s, const struct round *round, int i)
{
	const PGresult *list = round->steps[1].result;
	const struct webhook_message m = {
		.id = PQgetvalue(list, i, 1),
		.timestamp = arena_printf(s->arena, "%lld", (long long)clock_real_s()),
		.body = PQgetvalue(list, i, 2)};
	const char *signature = signatures(s, round->steps[2].result, &m);
	struct parcel *p = parcels_add(&s->office->parcels);

	copy_id(p->id, PQgetvalue(list, i, 0));
	copy_id(p->subscription, s->to.id);
	copy_id(p->order_key, PQgetvalue(list, i, 3));
	/* without what its receiver knows us by, it has failed before it was sent */
	if (signature == NULL || s->target.headers == NULL) {
		parcel_judge(p, &(const struct outbound_result){
					.error = signature == NULL ? "signature" : "headers"});
		return;
	}
	outbound_send(s->office->outbound,
		      &(const struct outbound_call){.url = s->target.url,
						    .headers = headers_for(s, &m, signature),
						    .body = m.body,
						    .body_size = strlen(m.body),
						    .owner = p});
}

/* Takes what one subscription may be sent now, as its agency, and sends it. */
static void serve(struct serving *s, size_t most)
{
	static const char *const steps[] = {"context", "delivery_take", "delivery_keys",
					    "delivery_target", "news_log"};
	struct office *o = s->office;
	const struct binding b = {.request = s->to.request,
				  .subscription_id = s->to.id,
				  .delivery_busy = parcels_busy(&o->parcels, s->arena, s->to.id),
				  .delivery_most = arena_printf(s->arena, "%zu", most)};
	struct round round;

	round_init(&round, o->connection, s->arena);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct statement *one = statement_find(steps[i]);

		round_add(&round, one, bind_values(&b, one));
	}
	if (!office_run(o, &round))
		return;

	int taken = round_rows(&round, 1);

	if (taken > 0)
		s->target = recipient_target(s->arena, round.steps[3].result);
	if (taken > 0 && s->target.headers == NULL)
		tell_closed(s, "headers");
	for (int i = 0; i < taken; i++)
		send_one(s, &round, i);
	o->more = o->more || taken > 0; /* there may be more where these came from */
}

/* How many more may be sent to the row's subscription now. */
static size_t room_for(const struct office *o, const PGresult *list, int row)
{
	bool careful = strcmp(PQgetvalue(list, row, PQfnumber(list, "careful")), "t") == 0;
	size_t under_way = parcels_of(&o->parcels, PQgetvalue(list, row, PQfnumber(list, "id")));
	size_t most = careful ? 1 : AT_ONCE;

	return under_way >= most || o->parcels.count >= AT_ONCE_ALL ? 0 : most - under_way;
}

void office_send(struct office *o)
{
	struct round round;

	arena_clear(o->arena);
	o->more = false;
	round_init(&round, o->connection, o->arena);
	round_add(&round, statement_find("delivery_list"), NULL);
	if (!office_run(o, &round))
		return;

	const char *wanted = round_text(&round, 0, "wanted");
	const PGresult *list = round.steps[0].result;

	o->wanted = wanted != NULL && strcmp(wanted, "t") == 0;
	for (int row = 0; row < PQntuples(list) && o->connection != NULL; row++) {
		if (PQgetisnull(list, row, 0))
			continue; /* nobody: the row says only whether anybody wants news */

		size_t room = room_for(o, list, row);

		if (room == 0)
			continue;

		struct arena *own = arena_borrow(ONE_MEMORY);

		serve(&(struct serving){.office = o,
					.arena = own,
					.to = recipient_read(own, list, row)},
		      room);
		arena_put_back(own);
	}
}
