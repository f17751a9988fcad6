/* The office's duty: what NAV has sent is taken in, then each pair is brought in step. */
#include "nav/office.h"

#include <string.h>

#include "lib/digest.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/note.h"
#include "lib/pages.h"
#include "lib/spool.h"
#include "lib/stop.h"
#include "lib/watch.h"
#include "nav/intake.h"
#include "nav/place.h"
#include "nav/settle.h"
#include "nav/tell.h"

enum { PACE_FIRST_MS = 1000, PACE_MOST_MS = 5 * 60 * 1000, PAIR_MEMORY = 64 * 1024 * 1024 };

struct nav {
	struct sync sync;
	struct spool spool; /* messages from NAV that are not in the ledger yet */
	struct watch *watch;
	struct pace pace;
	long interval_ms, keep_s;
	long settles_in;
};

/* One message out of the spool into the ledger. */
static bool take_in(struct nav *n, struct arena *a, const struct spool_item *item, const char **why)
{
	const json_t *message = file_read_json(a, item->path, why);
	json_t *receipt = member_keep(a, json_pack("{s:s}", "id", item->id));
	const char *fault = "not JSON";

	if (message != NULL && intake_message(&n->sync, a, message, &fault, why))
		return spool_done(&n->spool, a, item, receipt, why);
	if (fault == NULL)
		return false;
	note(NOTE_ERROR, "refused", "{s:s,s:s}", "id", item->id, "fault", fault);
	json_object_set_new(receipt, "fault", json_string(fault));
	return spool_refuse(&n->spool, a, item, receipt, why);
}

/* Everything that has come from NAV; false when the disk refuses. */
static bool take_messages(struct nav *n, struct arena *a)
{
	const char *why = NULL, *id;
	char **paths = watch_look(n->watch, a, watch_now(), &n->settles_in, &why);
	struct spool_item item;
	bool fine = paths != NULL;

	for (; fine && *paths != NULL; paths++)
		fine = spool_take(&n->spool, a, *paths, &id, &why);
	while (fine && spool_next(&n->spool, a, &item, &why)) {
		fine = take_in(n, a, &item, &why);
		arena_clear(a);
	}
	if (why == NULL)
		return true;
	note(NOTE_ERROR, "disk", "{s:s}", "why", why);
	return false;
}

/* Whether a proposal of ours that may have arrived without our knowing could be this measure. */
static bool may_be_ours(const json_t *all, const json_t *measure)
{
	const char *title = member_text(measure, "title");
	const json_t *link;
	size_t i;

	json_array_foreach(all, i, link)
	{
		const char *asked = member_text(json_object_get(link, "proposal"), "title");

		if (asked != NULL && title != NULL && strcmp(asked, title) == 0)
			return true;
	}
	return false;
}

/* A link in the ledger for an open measure of the office that has none. */
static bool link_measure(struct nav *n, struct arena *a, const json_t *all, const json_t *measure)
{
	const char *id = member_text(measure, "id"), *why;
	json_t *link;

	if (id == NULL || ledger_of_measure(all, id) != NULL || may_be_ours(all, measure))
		return true;
	link = member_keep(
		a, json_pack("{s:s,s:s}", "activity_id", digest_uuid(a, id), "measure_id", id));
	return ledger_save(&n->sync.ledger, a, link, &why);
}

static bool find_measures(struct nav *n, struct arena *a, struct reply *page)
{
	static const char *const open[] = {"PROPOSED", "ACCEPTED", "IN_PROGRESS", "ON_HOLD"};
	const char *why;
	const json_t *all = ledger_all(&n->sync.ledger, a, &why), *measure;
	size_t k;

	for (size_t i = 0; all != NULL && i < sizeof(open) / sizeof(*open); i++) {
		const struct call call = {
			.method = "GET",
			.path = arena_printf(a, "/measures?limit=200&status=%s&unit_id=%s", open[i],
					     n->sync.unit_id)};
		struct pages pages;

		pages_init(&pages, n->sync.session, a, &call);
		while (pages_next(&pages, a, page))
			json_array_foreach(pages_items(page), k, measure)
			{
				link_measure(n, a, all, measure);
			}
		if (pages.failed)
			return false;
	}
	return all != NULL;
}

/* What each link is brought through, once all are placed and once all measures are known. */
static enum settled place_one(struct nav *n, struct arena *a, json_t *link, struct reply *reply)
{
	const char *why = "";
	enum settled settled;

	if (json_object_get(link, "measure_id") != NULL)
		return SETTLED;
	settled = place_measure(&n->sync, a, link, reply, &why);
	if (settled != SETTLED)
		note(NOTE_WARNING, "not_placed", "{s:s,s:s,s:i,s:O*}", "activity",
		     member_text(link, "activity_id"), "why", why, "status", reply->status, "code",
		     json_object_get(reply->json, "code"));
	return settled;
}

static enum settled settle_one(struct nav *n, struct arena *a, json_t *link, struct reply *reply)
{
	enum settled settled = SETTLED;

	if (json_object_get(link, "measure_id") != NULL)
		settled = settle(&n->sync, a, link, reply);
	if (settled == SETTLED_LATER)
		note(NOTE_WARNING, "not_settled", "{s:s,s:i,s:O*}", "activity",
		     member_text(link, "activity_id"), "status", reply->status, "code",
		     json_object_get(reply->json, "code"));
	return settled;
}

/* Every link that is not closed; false when the service does not answer, and the rest can wait. */
static bool each_link(struct nav *n, struct arena *a,
		      enum settled (*one)(struct nav *, struct arena *, json_t *, struct reply *),
		      bool *waits)
{
	struct arena *memory = arena_new(PAIR_MEMORY);
	bool answered = true;
	const char *why;
	json_t *all = ledger_all(&n->sync.ledger, a, &why), *link;
	size_t i;

	json_array_foreach(all, i, link)
	{
		struct reply reply = {.status = 0};
		enum settled settled;

		if (json_is_true(json_object_get(link, "closed")))
			continue;
		settled = one(n, memory, link, &reply);
		*waits = *waits || settled != SETTLED;
		answered = settled != SETTLED_LATER || (reply.status >= 200 && reply.status < 500);
		arena_clear(memory);
		if (!answered || stop_asked())
			break;
	}
	arena_free(memory);
	return answered && all != NULL;
}

static struct turn round_of(void *state, struct arena *a)
{
	struct nav *n = state;
	struct reply reply = {.status = 0};
	bool waits = false, fine = take_messages(n, a);

	spool_prune(&n->spool, a, n->keep_s);
	ledger_prune(&n->sync.ledger, a, n->keep_s);
	/* what NAV has begun is placed first, so that its measures are not taken for the service's
	 */
	fine = fine && each_link(n, a, place_one, &waits) && find_measures(n, a, &reply) &&
	       each_link(n, a, settle_one, &waits);
	if (!fine) {
		long pause = pace_next(&n->pace, &reply, 0, 0);

		note(NOTE_WARNING, "waits", "{s:i,s:O*,s:i}", "status", reply.status, "code",
		     json_object_get(reply.json, "code"), "next_ms", (int)pause);
		return (struct turn){.pause_ms = pause, .waits = true};
	}
	n->pace.failures = 0;
	return (struct turn){.pause_ms = n->settles_in > 0 && n->settles_in < n->interval_ms
						 ? n->settles_in
						 : n->interval_ms,
			     .waits = waits};
}

static int descriptor_of(void *state)
{
	return watch_descriptor(((struct nav *)state)->watch);
}

static void end(void *state)
{
	struct nav *n = state;

	session_free(n->sync.session);
	watch_free(n->watch);
}

static bool open_folders(struct adapter *adapter, struct nav *n, const char **why)
{
	const char *inbound = adapter_directory(adapter, "inbound", why);
	const char *from = adapter_folder(adapter, "nav.from_folder", why);
	long settle_ms = settings_number(&adapter->settings, "nav.settle_ms");

	n->sync.ledger.directory = adapter_directory(adapter, "ledger", why);
	n->sync.to_nav = adapter_folder(adapter, "nav.to_folder", why);
	n->sync.conflicts = adapter_folder(adapter, "nav.conflict_folder", why);
	if (inbound == NULL || from == NULL || n->sync.ledger.directory == NULL ||
	    n->sync.to_nav == NULL || n->sync.conflicts == NULL)
		return false;
	if (!spool_open(adapter->arena, inbound, &n->spool, why) ||
	    !tell_recover(&n->sync, adapter->arena, why))
		return false;
	n->watch = watch_new(from, adapter->once ? 0 : settle_ms, why);
	return n->watch != NULL;
}

bool office_add(struct adapter *adapter, const char **why)
{
	const struct settings *s = &adapter->settings;
	struct nav *n = arena_alloc(adapter->arena, sizeof(*n));

	n->sync.source = settings_text(s, "nav.source");
	n->sync.ident = settings_text(s, "nav.ident");
	n->sync.card_type = settings_text(s, "nav.card_type");
	n->sync.unit_id = settings_text(s, "office.unit_id");
	n->sync.staff_id = settings_text(s, "office.staff_id");
	n->interval_ms = 1000 * settings_number(s, "office.interval_s");
	n->keep_s = 24L * 60 * 60 * settings_number(s, "spool.keep_days");
	n->pace = (struct pace){.first_ms = PACE_FIRST_MS, .most_ms = PACE_MOST_MS};
	if (!open_folders(adapter, n, why))
		return false;
	n->sync.session = adapter_session(adapter, why);
	if (n->sync.session == NULL) {
		watch_free(n->watch);
		return false;
	}
	adapter_add(adapter, &(struct duty){.name = "nav",
					    .state = n,
					    .round = round_of,
					    .descriptor = descriptor_of,
					    .end = end});
	return true;
}
