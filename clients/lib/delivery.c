/* From the spool to the service; the way of everything that an adapter sends. */
#include "lib/delivery.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/member.h"
#include "lib/note.h"
#include "lib/stop.h"

enum { DISK_PAUSE_MS = 30 * 1000 };

const char *delivery_key(struct arena *a, const struct spool_item *item)
{
	return arena_printf(a, "spool-%s", item->id);
}

json_t *delivery_refusal(struct arena *a, const struct reply *reply)
{
	json_t *out = json_pack("{s:i,s:O*,s:O*}", "status", reply->status, "code",
				json_object_get(reply->json, "code"), "request_id",
				json_object_get(reply->json, "request_id"));
	json_t *faults = json_array();
	const json_t *fault;
	size_t i;

	json_array_foreach(json_object_get(reply->json, "errors"), i, fault)
	{
		json_array_append_new(faults, json_pack("{s:O*,s:O*}", "pointer",
							json_object_get(fault, "pointer"), "code",
							json_object_get(fault, "code")));
	}
	json_object_set_new(out, "faults", faults);
	return member_keep(a, out);
}

static json_t *new_receipt(struct arena *a, const struct spool_item *item)
{
	char when[sizeof("2026-01-01T00:00:00Z")];
	time_t now = time(NULL);
	struct tm utc;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	return member_keep(a, json_pack("{s:s,s:s}", "id", item->id, "at", when));
}

static long pause_after(struct delivery *d, const struct spool_item *item,
			const struct reply *reply)
{
	unsigned random;
	long pause;

	if (getrandom(&random, sizeof(random), 0) < 0)
		random = 0;
	pause = pace_next(&d->pace, reply, (int64_t)time(NULL), random);
	if (!stop_asked())
		note(NOTE_WARNING, "waits", "{s:s,s:i,s:O*,s:i,s:i}", "id", item->id, "status",
		     reply->status, "code", json_object_get(reply->json, "code"), "failures",
		     (int)d->pace.failures, "next_ms", (int)pause);
	return pause;
}

/* Sends one item; false when it has to wait, or the disk failed, for `*pause`. */
static bool send_one(struct delivery *d, struct arena *a, const struct spool_item *item,
		     long *pause)
{
	json_t *receipt = new_receipt(a, item), *refusal;
	struct reply reply = {.status = 0};
	const char *why = "";
	bool kept = true;

	switch (d->send(d, a, item, &reply, receipt)) {
	case VERDICT_LATER:
		*pause = pause_after(d, item, &reply);
		return false;
	case VERDICT_NEVER:
		refusal = delivery_refusal(a, &reply);
		json_object_update_missing(refusal, receipt);
		note(NOTE_ERROR, "refused", "{s:s,s:i,s:O?}", "id", item->id, "status",
		     reply.status, "code", json_object_get(refusal, "code"));
		kept = spool_refuse(&d->spool, a, item, refusal, &why);
		break;
	case VERDICT_DONE:
		note(NOTE_INFO, "sent", "{s:s,s:i}", "id", item->id, "status", reply.status);
		kept = spool_done(&d->spool, a, item, receipt, &why);
		break;
	}
	d->pace.failures = 0;
	*pause = DISK_PAUSE_MS;
	if (!kept)
		note(NOTE_ERROR, "disk", "{s:s}", "why", why);
	return kept;
}

long delivery_round(struct delivery *d, struct arena *a)
{
	struct spool_item item;
	const char *why;
	long pause = DELIVERY_EMPTY;

	while (spool_next(&d->spool, a, &item, &why)) {
		bool sent = send_one(d, a, &item, &pause);

		if (!sent || stop_asked())
			return sent ? 0 : pause;
		arena_clear(a);
	}
	if (why == NULL)
		return DELIVERY_EMPTY;
	note(NOTE_ERROR, "disk", "{s:s}", "why", why);
	return DISK_PAUSE_MS;
}
