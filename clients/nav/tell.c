/* Messages to NAV, each once. */
#include "nav/tell.h"

#include <string.h>
#include <time.h>

#include "lib/digest.h"
#include "lib/drop.h"
#include "lib/member.h"
#include "lib/note.h"
#include "nav/place.h"

static const char *now_text(struct arena *a)
{
	char text[sizeof("2026-01-01T00:00:00")];
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
	return arena_printf(a, "%s.%03ldZ", text, now.tv_nsec / 1000000);
}

/* NAV's card as it last was, or a new one for a measure that begins here; NULL without a number. */
static json_t *card_to_tell(const struct sync *s, struct arena *a, const json_t *link,
			    const json_t *measure)
{
	const json_t *known = json_object_get(link, "activity");
	struct reply reply = {.status = 0};
	const char *number;

	if (known != NULL)
		return member_keep(a, json_deep_copy(known));
	number = place_person(s, a, member_text(measure, "patient_id"), &reply);
	if (number == NULL) {
		note(NOTE_WARNING, "no_number", "{s:i,s:s}", "status", reply.status, "activity",
		     member_text(link, "activity_id"));
		return NULL;
	}
	return member_keep(a, json_pack("{s:s,s:s,s:b}", "id", member_text(link, "activity_id"),
					"personIdent", number, "avtaltMedNav", true));
}

static json_t *message_of(const struct sync *s, struct arena *a, const json_t *link,
			  json_t *activity)
{
	const char *type = member_text(link, "type");
	/* the same card of the same moment is the same message, also when it is staged again */
	const char *id = digest_uuid(a, member_dump(a, activity, JSON_COMPACT | JSON_SORT_KEYS));

	return member_keep(a, json_pack("{s:s,s:s,s:s,s:s,s:O}", "messageId", id, "source",
					s->source, "actionType", "UPSERT_AKTIVITETSKORT_V1",
					"aktivitetskortType", type != NULL ? type : s->card_type,
					"aktivitetskort", activity));
}

static bool hand_over(const struct sync *s, struct arena *a, json_t *link, json_t *message,
		      const char **why)
{
	const char *name = arena_printf(a, "%s.json", member_text(message, "messageId"));
	const char *text = arena_printf(a, "%s\n", member_dump(a, message, JSON_INDENT(2)));

	if (!drop_stage(a, s->to_nav, name, text, why))
		return false;
	json_object_set(link, "sent", json_object_get(message, "messageId"));
	return ledger_save(&s->ledger, a, link, why) && drop_publish(a, s->to_nav, name, why);
}

enum settled tell_nav(const struct sync *s, struct arena *a, json_t *link,
		      const struct card *agreed, const json_t *measure)
{
	json_t *activity = card_to_tell(s, a, link, measure), *message;
	const char *why, *now = now_text(a);

	if (activity == NULL)
		return SETTLED_LATER;
	card_into_activity(agreed, activity);
	json_object_set_new(activity, "endretAv",
			    json_pack("{s:s,s:s}", "ident", s->ident, "identType", "SYSTEM"));
	json_object_set_new(activity, "endretTidspunkt", json_string(now));
	message = message_of(s, a, link, activity);
	json_object_set(link, "activity", activity);
	if (json_object_get(link, "base") != NULL)
		json_object_set(link, "base_before", json_object_get(link, "base"));
	json_object_set_new(link, "base", card_to_json(agreed));
	json_object_set_new(link, "told_at", json_string(now));
	json_object_del(link, "retell");
	if (!hand_over(s, a, link, message, &why)) {
		note(NOTE_ERROR, "disk", "{s:s}", "why", why);
		return SETTLED_LATER;
	}
	note(NOTE_INFO, "told_nav", "{s:s,s:s}", "activity", member_text(link, "activity_id"),
	     "message", member_text(message, "messageId"));
	return SETTLED;
}

/* A staged message that a link names as its last was committed. */
static bool was_sent(void *context, const char *name)
{
	const json_t *all = context, *link;
	size_t i;

	json_array_foreach(all, i, link)
	{
		const char *sent = member_text(link, "sent");

		if (sent != NULL && strncmp(sent, name, strlen(sent)) == 0)
			return true;
	}
	return false;
}

bool tell_recover(const struct sync *s, struct arena *a, const char **why)
{
	json_t *all = ledger_all(&s->ledger, a, why);

	return all != NULL && drop_recover(a, s->to_nav, was_sent, all, why);
}
