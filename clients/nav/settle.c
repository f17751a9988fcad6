/* One activity on both sides, until both say the same. */
#include "nav/settle.h"

#include <string.h>
#include <time.h>

#include "lib/change.h"
#include "lib/day.h"
#include "lib/durable.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/note.h"
#include "nav/merge.h"
#include "nav/tell.h"

enum { TRIES_MAX = 12 };

/* The pair as it stands now. */
struct pair {
	const struct sync *sync;
	struct arena *arena;
	json_t *link;
	json_t *measure; /* as read */
	const char *etag;
	struct card ours, theirs, base, agreed;
	bool has_theirs, has_base;
};

/* the measure's members by field, up to the state */
static const char *const members[CARD_STATUS] = {"title", "how", "start_on", "end_on"};

static const char *measure_path(const struct pair *p)
{
	return arena_printf(p->arena, "/measures/%s", member_text(p->link, "measure_id"));
}

static bool read_pair(struct pair *p, struct reply *reply)
{
	const struct call call = {.method = "GET", .path = measure_path(p)};
	const json_t *theirs = json_object_get(p->link, "activity"),
		     *base = json_object_get(p->link, "base");

	if (!session_call(p->sync->session, p->arena, &call, reply))
		return false;
	p->measure = reply->json;
	p->etag = reply->etag;
	card_of_measure(p->arena, p->measure, &p->ours);
	p->has_theirs = theirs != NULL;
	p->has_base = base != NULL;
	if (p->has_theirs)
		card_of_activity(p->arena, theirs, &p->theirs);
	if (p->has_base)
		card_of_json(p->arena, base, &p->base);
	return true;
}

static bool is_final(const struct card *card)
{
	return strcmp(card->fields[CARD_STATUS], "FULLFORT") == 0 ||
	       strcmp(card->fields[CARD_STATUS], "AVBRUTT") == 0;
}

static bool same_state(const struct card *a, const struct card *b)
{
	return strcmp(a->fields[CARD_STATUS], b->fields[CARD_STATUS]) == 0;
}

static const char *conflict_path(const struct pair *p)
{
	return arena_printf(p->arena, "%s/%s.json", p->sync->conflicts,
			    member_text(p->link, "activity_id"));
}

/* Lays aside what people must decide; written when it is new. */
static enum settled conflict(const struct pair *p, unsigned fields, const char *reason)
{
	json_t *list = json_object(), *file;
	const char *path = conflict_path(p), *text, *why = "";
	size_t size;

	for (unsigned i = 0; i < CARD_FIELDS; i++)
		if ((fields & 1U << i) != 0)
			json_object_set_new(list, card_names[i],
					    json_pack("{s:s*,s:s,s:s}", "agreed",
						      p->has_base ? p->base.fields[i] : NULL,
						      "service", p->ours.fields[i], "nav",
						      p->theirs.fields[i]));
	file = member_keep(p->arena, json_pack("{s:O,s:O,s:s,s:o}", "activity_id",
					       json_object_get(p->link, "activity_id"),
					       "measure_id", json_object_get(p->link, "measure_id"),
					       "reason", reason, "fields", list));
	text = arena_printf(p->arena, "%s\n", member_dump(p->arena, file, JSON_INDENT(2)));
	if (file_exists(path)) {
		const char *old = file_read(p->arena, path, &size, &why);

		if (old != NULL && strcmp(old, text) == 0)
			return SETTLED_CONFLICT;
	}
	note(NOTE_WARNING, "conflict", "{s:s,s:s,s:i}", "activity",
	     member_text(p->link, "activity_id"), "reason", reason, "fields",
	     (int)json_object_size(list));
	if (!durable_write(p->arena, path, text, strlen(text), &why))
		note(NOTE_ERROR, "disk", "{s:s}", "why", why);
	return SETTLED_CONFLICT;
}

static const char *start_day(const struct pair *p)
{
	char today[DAY_SIZE];

	if (p->agreed.fields[CARD_START][0] != '\0')
		return p->agreed.fields[CARD_START];
	return arena_dup(p->arena, day_in_oslo(today, time(NULL)));
}

/* What the step needs to say. */
static json_t *step_body(const struct pair *p, const char *action)
{
	json_t *body = member_keep(p->arena, json_pack("{s:s}", "action", action));
	static const char reason[] = "Avbrutt i NAVs aktivitetsplan";

	if (strcmp(action, "accept") == 0) {
		json_object_set_new(body, "responsible_staff_id", json_string(p->sync->staff_id));
		json_object_set_new(body, "start_on", json_string(start_day(p)));
	} else if (strcmp(action, "complete") == 0) {
		json_object_set_new(body, "evaluation", json_pack("{s:b}", "not_asked", true));
	} else if (strcmp(action, "refuse") == 0) {
		json_object_set_new(body, "reason_code", json_string("NOT_INDICATED"));
		json_object_set_new(body, "reason", json_string(reason));
	} else if (strcmp(action, "discontinue") == 0 || strcmp(action, "withdraw") == 0) {
		json_object_set_new(body, "reason", json_string(reason));
	}
	return body;
}

static bool may(const struct pair *p, const char *action)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(p->measure, "actions"), i, one)
	{
		if (strcmp(json_string_value(one), action) == 0)
			return true;
	}
	return false;
}

/* The fields that the measure has otherwise than agreed, as a patch; empty for none. */
static json_t *patch_body(const struct pair *p)
{
	json_t *body = member_keep(p->arena, json_object());

	for (size_t i = 0; i < CARD_STATUS; i++)
		if (strcmp(p->ours.fields[i], p->agreed.fields[i]) != 0)
			json_object_set_new(body, members[i],
					    p->agreed.fields[i][0] != '\0'
						    ? json_string(p->agreed.fields[i])
						    : json_null());
	return body;
}

/* The one change that is to be made now. A proposal is answered before its words are changed, since
 * they are its proposer's until then. False when no step leads where it should. */
static bool next_change(const struct pair *p, struct call *call)
{
	const char *state = member_text(p->measure, "status");
	const char *step = merge_step(state, p->agreed.fields[CARD_STATUS], may(p, "withdraw"));
	json_t *patch = patch_body(p);

	if (step == NULL || (json_object_size(patch) > 0 && strcmp(state, "PROPOSED") != 0)) {
		*call = (struct call){.method = "PATCH",
				      .path = measure_path(p),
				      .content_type = "application/merge-patch+json",
				      .body = patch};
		return true;
	}
	*call = (struct call){.method = "POST",
			      .path = arena_printf(p->arena, "%s/transitions", measure_path(p)),
			      .body = step_body(p, step)};
	return step[0] != '\0' && may(p, step);
}

/* Whether the measure is what was agreed; the words of one that has ended stay as they are. */
static bool is_agreed(const struct pair *p)
{
	return card_equals(&p->ours, &p->agreed) ||
	       (is_final(&p->ours) && same_state(&p->ours, &p->agreed));
}

/* Both sides agree: NAV is told what it does not say, and the ledger remembers. */
static enum settled finish(struct pair *p)
{
	bool tell = !p->has_theirs || json_is_true(json_object_get(p->link, "retell")) ||
		    (is_final(&p->ours) ? !same_state(&p->theirs, &p->agreed)
					: !card_equals(&p->theirs, &p->agreed));
	bool news = !p->has_base || !card_equals(&p->base, &p->agreed);
	const char *why = "";

	durable_remove(p->arena, conflict_path(p), &why);
	if (is_final(&p->agreed) && !json_is_true(json_object_get(p->link, "closed"))) {
		json_object_set_new(p->link, "closed", json_true());
		news = true;
	}
	if (tell)
		return tell_nav(p->sync, p->arena, p->link, &p->agreed, p->measure);
	if (!news)
		return SETTLED;
	json_object_set_new(p->link, "base", card_to_json(&p->agreed));
	if (ledger_save(&p->sync->ledger, p->arena, p->link, &why))
		return SETTLED;
	note(NOTE_ERROR, "disk", "{s:s}", "why", why);
	return SETTLED_LATER;
}

/* One change of the measure; what came of it is in `reply`. */
static enum settled change(const struct pair *p, struct reply *reply)
{
	struct call call;

	if (!next_change(p, &call))
		return conflict(p, 1U << CARD_STATUS, "no step leads there");
	call = change_with_etag(p->arena, &call, p->etag);
	if (session_call(p->sync->session, p->arena, &call, reply))
		return SETTLED;
	if (reply->status == 412) {
		note(NOTE_INFO, "changed_meanwhile", "{s:s}", "activity",
		     member_text(p->link, "activity_id"));
		return SETTLED;
	}
	if (verdict_of(reply) == VERDICT_NEVER || reply->status == 403)
		return conflict(p, (1U << CARD_FIELDS) - 1, "the service refuses the change");
	return SETTLED_LATER;
}

enum settled settle(const struct sync *s, struct arena *a, json_t *link, struct reply *reply)
{
	struct pair p = {.sync = s, .arena = a, .link = link};

	for (unsigned i = 0; i < TRIES_MAX; i++) {
		enum settled changed;
		unsigned conflicts = 0;

		if (!read_pair(&p, reply))
			return SETTLED_LATER;
		p.agreed = p.ours;
		if (p.has_theirs)
			conflicts = merge_cards(p.has_base ? &p.base : NULL, &p.ours, &p.theirs,
						&p.agreed);
		if (conflicts != 0)
			return conflict(&p, conflicts, "both sides have changed it");
		if (is_agreed(&p))
			return finish(&p);
		changed = change(&p, reply);
		if (changed != SETTLED)
			return changed;
	}
	*reply = (struct reply){.failure = "the measure does not come to rest"};
	return SETTLED_LATER;
}
