/*
 * What subscriptions may be sent now, signed and sent.
 * Tested through tests/api/webhooks.test.mjs: without receivers there is nothing of it.
 */
#include <string.h>

#include "api/bind.h"
#include "api/service.h"
#include "auth/webhook.h"
#include "base/clock.h"
#include "jobs/office.h"
#include "jobs/recipient.h"

enum { AT_ONCE = 8 /* to one subscription */, AT_ONCE_ALL = 64, HEADERS = 5 };

/* Every key that is valid signs, so that a receiver can change over from one to the next. */
static const char *signatures(struct arena *a, const PGresult *keys,
			      const struct webhook_message *m)
{
	const char *all = NULL;

	for (int i = 0; i < PQntuples(keys); i++) {
		const char *secret = PQgetvalue(keys, i, 0), *signing = PQgetvalue(keys, i, 1);
		const char *one;

		secret = seal_open(service.seals, a, secret, strlen(secret));
		signing = seal_open(service.seals, a, signing, strlen(signing));
		one = secret == NULL || signing == NULL ? NULL
							: webhook_sign(a, secret, signing, m);
		if (one != NULL)
			all = all == NULL ? one : arena_printf(a, "%s %s", all, one);
	}
	return all == NULL ? "" : all;
}

static void copy_id(char out[PARCEL_ID_SIZE], const char *text)
{
	memccpy(out, text, '\0', PARCEL_ID_SIZE - 1);
}

/* Ours, then those that the subscription has of its own. */
static const char *const *headers_for(struct arena *a, const struct recipient *to,
				      const struct webhook_message *m, const PGresult *keys)
{
	size_t own = 0;

	while (to->headers[own] != NULL)
		own++;

	const char **headers = arena_alloc(a, (HEADERS + own + 1) * sizeof(*headers));

	headers[0] = to->topic == NULL ? "Content-Type: application/cloudevents+json; charset=utf-8"
				       : "Content-Type: application/fhir+json; charset=utf-8";
	headers[1] = "Expect:"; /* no asking whether the body may be sent */
	headers[2] = arena_printf(a, "webhook-id: %s", m->id);
	headers[3] = arena_printf(a, "webhook-timestamp: %s", m->timestamp);
	headers[4] = arena_printf(a, "webhook-signature: %s", signatures(a, keys, m));
	memcpy(headers + HEADERS, to->headers, (own + 1) * sizeof(*headers));
	return headers;
}

static void send_one(struct office *o, const struct recipient *to, const struct round *round, int i)
{
	const PGresult *list = round->steps[1].result;
	struct arena *a = o->arena;
	const struct webhook_message m = {
		.id = PQgetvalue(list, i, 1),
		.timestamp = arena_printf(a, "%lld", (long long)clock_real_s()),
		.body = PQgetvalue(list, i, 2)};
	struct parcel *p = parcels_add(&o->parcels);

	copy_id(p->id, PQgetvalue(list, i, 0));
	copy_id(p->subscription, to->id);
	copy_id(p->order_key, PQgetvalue(list, i, 3));
	outbound_send(o->outbound,
		      &(const struct outbound_call){
			      .url = to->url,
			      .headers = headers_for(a, to, &m, round->steps[2].result),
			      .body = m.body,
			      .body_size = strlen(m.body),
			      .owner = p});
}

/* Takes what one subscription may be sent now, as its agency, and sends it. */
static void serve(struct office *o, const struct recipient *to, size_t most)
{
	static const char *const steps[] = {"context", "delivery_take", "delivery_keys",
					    "news_log"};
	const char *many = arena_printf(o->arena, "%zu", most);
	const struct binding b = {.request = to->request,
				  .subscription_id = to->id,
				  .delivery_busy = parcels_busy(&o->parcels, o->arena, to->id),
				  .delivery_most = many};
	struct round round;

	round_init(&round, o->connection, o->arena);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct statement *s = statement_find(steps[i]);

		round_add(&round, s, bind_values(&b, s));
	}
	if (!office_run(o, &round))
		return;

	int taken = round_rows(&round, 1);

	for (int i = 0; i < taken; i++)
		send_one(o, to, &round, i);
	o->more = o->more || taken > 0; /* there may be more where these came from */
}

/* How many more may be sent to it now. */
static size_t room_for(const struct office *o, const struct recipient *to)
{
	size_t under_way = parcels_of(&o->parcels, to->id), most = to->careful ? 1 : AT_ONCE;

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

		const struct recipient to = recipient_read(o->arena, list, row);
		size_t room = room_for(o, &to);

		if (room > 0)
			serve(o, &to, room);
	}
}
