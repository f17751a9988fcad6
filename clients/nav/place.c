/* Where in the service an activity of NAV's belongs. */
#include "nav/place.h"

#include <string.h>

#include "lib/member.h"
#include "nav/card.h"

enum { PLACES = 2 };

static const json_t *first_item(const struct reply *reply)
{
	return json_array_get(json_object_get(reply->json, "items"), 0);
}

static const char *find_person(const struct sync *s, struct arena *a, const json_t *activity,
			       struct reply *reply)
{
	const struct call call = {
		.method = "POST",
		.path = "/patients/search",
		.body = member_keep(a, json_pack("{s:O}", "national_id",
						 json_object_get(activity, "personIdent"))),
	};

	if (!session_call(s->session, a, &call, reply))
		return NULL;
	return member_text(first_item(reply), "id");
}

static bool is_open(const json_t *plan)
{
	static const char *const open[] = {"DRAFT", "AWAITING_CONSENT", "ACTIVE", "UNDER_REVIEW"};
	const char *status = member_text(plan, "status");

	for (size_t i = 0; status != NULL && i < sizeof(open) / sizeof(*open); i++)
		if (strcmp(open[i], status) == 0)
			return true;
	return false;
}

/* The one open plan of that kind; NULL for none or several. */
static const char *find_plan(const struct sync *s, struct arena *a, const char *patient_id,
			     const char *kind, struct reply *reply)
{
	const struct call call = {.method = "GET",
				  .path = arena_printf(a, "/plans?limit=200&kind=%s&patient_id=%s",
						       kind, patient_id)};
	const char *found = NULL;
	const json_t *plan;
	size_t i;

	if (!session_call(s->session, a, &call, reply))
		return NULL;
	json_array_foreach(json_object_get(reply->json, "items"), i, plan)
	{
		if (is_open(plan) && found != NULL)
			return NULL;
		if (is_open(plan))
			found = member_text(plan, "id");
	}
	return found;
}

/* The proposal as it will be sent, however often. */
static json_t *proposal(const struct sync *s, struct arena *a, const json_t *activity,
			const char *plan_id)
{
	json_t *body = member_keep(a, json_pack("{s:s,s:s,s:s}", "plan_id", plan_id, "domain",
						"ACTIVITY", "responsible_unit_id", s->unit_id));
	static const char *const members[] = {"title", "how", "start_on", "end_on"};
	struct card card;

	card_of_activity(a, activity, &card);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (card.fields[i][0] != '\0')
			json_object_set_new(body, members[i], json_string(card.fields[i]));
	return body;
}

/* Looks for person and plan and writes the proposal into the ledger. */
static bool prepare(const struct sync *s, struct arena *a, json_t *link, struct reply *reply,
		    const char **why)
{
	static const char *const kinds[PLACES] = {"WORK_ACTIVITY", "IP"};
	const json_t *activity = json_object_get(link, "activity");
	const char *patient_id = find_person(s, a, activity, reply), *plan_id = NULL;

	*why = reply->status == 200 ? "person_unknown" : "not_answered";
	if (patient_id == NULL)
		return false;
	for (size_t i = 0; i < PLACES && plan_id == NULL; i++)
		plan_id = find_plan(s, a, patient_id, kinds[i], reply);
	*why = reply->status == 200 ? "no_plan" : "not_answered";
	if (plan_id == NULL)
		return false;
	json_object_set(link, "proposal", proposal(s, a, activity, plan_id));
	return ledger_save(&s->ledger, a, link, why);
}

enum settled place_measure(const struct sync *s, struct arena *a, json_t *link, struct reply *reply,
			   const char **why)
{
	struct call call = {.method = "POST", .path = "/measures"};
	struct card made;

	*reply = (struct reply){.status = 0};
	if (json_object_get(link, "proposal") == NULL && !prepare(s, a, link, reply, why))
		return SETTLED_LATER;
	call.body = json_object_get(link, "proposal");
	call.idempotency_key = arena_printf(a, "nav-%s", member_text(link, "activity_id"));
	*why = "not_placed";
	if (!session_call(s->session, a, &call, reply)) {
		/* the plan may have ended: look for another the next time */
		if (verdict_of(reply) == VERDICT_NEVER && json_object_del(link, "proposal") == 0)
			ledger_save(&s->ledger, a, link, why);
		return SETTLED_LATER;
	}
	card_of_measure(a, reply->json, &made);
	json_object_set(link, "measure_id", json_object_get(reply->json, "id"));
	json_object_set_new(link, "base", card_to_json(&made));
	json_object_del(link, "proposal");
	return ledger_save(&s->ledger, a, link, why) ? SETTLED : SETTLED_LATER;
}

const char *place_person(const struct sync *s, struct arena *a, const char *patient_id,
			 struct reply *reply)
{
	const struct call call = {.method = "GET",
				  .path = arena_printf(a, "/patients/%s/identifiers", patient_id)};
	const json_t *one;
	size_t i;

	if (!session_call(s->session, a, &call, reply))
		return NULL;
	json_array_foreach(json_object_get(reply->json, "items"), i, one)
	{
		const char *number = member_text(one, "number");

		/* who may not see the whole number gets it masked */
		if (number != NULL && strlen(number) == 11 && strspn(number, "0123456789") == 11 &&
		    json_is_null(json_object_get(one, "valid_to")))
			return number;
	}
	return NULL;
}
