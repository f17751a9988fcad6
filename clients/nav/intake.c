/* NAV's messages on their way into the ledger. */
#include "nav/intake.h"

#include <string.h>

#include "lib/member.h"
#include "nav/card.h"

/* What NAV changed while it had the card before our last message, upon that message. */
static void rebase(struct arena *a, json_t *link, json_t *activity)
{
	struct card before, base, theirs;

	card_of_json(a, json_object_get(link, "base_before"), &before);
	card_of_json(a, json_object_get(link, "base"), &base);
	card_of_activity(a, activity, &theirs);
	for (size_t i = 0; i < CARD_FIELDS; i++)
		if (strcmp(theirs.fields[i], before.fields[i]) == 0)
			theirs.fields[i] = base.fields[i];
	card_into_activity(&theirs, activity);
	json_object_set_new(link, "retell", json_true());
}

static bool is_older(const json_t *link, const char *member, int64_t changed)
{
	const char *time = member_text(link, member);

	return time != NULL && changed < card_time(time);
}

static bool take(const struct sync *s, struct arena *a, json_t *link, const json_t *message,
		 const char **why)
{
	json_t *activity =
		member_keep(a, json_deep_copy(json_object_get(message, "aktivitetskort")));
	const char *changed_at = member_text(activity, "endretTidspunkt");

	if (is_older(link, "changed_at", card_time(changed_at)))
		return true;
	if (strcmp(member_text(message, "actionType"), "KASSER_AKTIVITET") == 0)
		json_object_set_new(activity, "aktivitetStatus", json_string("AVBRUTT"));
	if (is_older(link, "told_at", card_time(changed_at)) &&
	    json_object_get(link, "base_before") != NULL)
		rebase(a, link, activity);
	json_object_set(link, "activity", activity);
	json_object_set_new(link, "changed_at", json_string(changed_at));
	if (member_text(message, "aktivitetskortType") != NULL)
		json_object_set(link, "type", json_object_get(message, "aktivitetskortType"));
	json_object_del(link, "closed");
	return ledger_save(&s->ledger, a, link, why);
}

bool intake_message(const struct sync *s, struct arena *a, const json_t *message,
		    const char **fault, const char **why)
{
	const json_t *activity = json_object_get(message, "aktivitetskort");
	const char *id;
	json_t *link;

	*why = NULL;
	*fault = card_fault(message);
	if (*fault != NULL)
		return false;
	id = member_text(activity, "id");
	if (!ledger_find(&s->ledger, a, id, &link, why))
		return false;
	if (link == NULL) {
		/* what was discarded before we ever heard of it is not begun */
		if (strcmp(member_text(message, "actionType"), "KASSER_AKTIVITET") == 0)
			return true;
		link = member_keep(a, json_pack("{s:s}", "activity_id", id));
	}
	return take(s, a, link, message, why);
}
