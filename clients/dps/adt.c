/* What becomes of an ADT message between its sender and the service. */
#include "dps/adt.h"

#include <string.h>

#include "dps/hl7.h"
#include "lib/delivery.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/note.h"
#include "lib/watch.h"

enum { PACE_FIRST_MS = 1000, PACE_MOST_MS = 60 * 1000 };

/* the two kinds of a spooled message: answered when it is sent, or committed to at once */
static const char kind_awaited[] = "er7", kind_committed[] = "hl7";

struct adt {
	struct arena *arena; /* the adapter's */
	struct delivery delivery;
	long keep_s;
	long not_before; /* monotonic ms */
};

/* What the service says of the message: the item of its answer. */
static const json_t *said_of(const struct reply *reply)
{
	return json_array_get(json_object_get(reply->json, "items"), 0);
}

static enum verdict judge(const struct reply *reply, json_t *receipt)
{
	const char *code = member_text(said_of(reply), "code");
	enum verdict verdict = verdict_of(reply);

	if (verdict == VERDICT_DONE && (code == NULL || strcmp(code, "AR") == 0))
		return VERDICT_LATER;
	if (verdict == VERDICT_LATER)
		return verdict;
	if (verdict == VERDICT_DONE && strcmp(code, "AE") == 0)
		verdict = VERDICT_NEVER;
	json_object_set_new(receipt, "ack", json_string(verdict == VERDICT_DONE ? "AA" : "AE"));
	json_object_set(receipt, "text", json_object_get(said_of(reply), "text"));
	return verdict;
}

static enum verdict send_message(struct delivery *d, struct arena *a, const struct spool_item *item,
				 struct reply *out, json_t *receipt)
{
	const struct call call = {
		.method = "POST",
		.path = "/imports/adt",
		.file = item->path,
		.content_type = "x-application/hl7-v2+er7",
		.idempotency_key = delivery_key(a, item),
	};
	enum verdict verdict;

	session_call(d->session, a, &call, out);
	verdict = judge(out, receipt);
	/* whose sender waits is told, and keeps the message: nothing to be laid aside here */
	if (verdict == VERDICT_NEVER && strcmp(item->kind, kind_awaited) == 0)
		return VERDICT_DONE;
	return verdict;
}

struct adt *adt_new(struct adapter *adapter, const char **why)
{
	struct adt *adt = arena_alloc(adapter->arena, sizeof(*adt));
	const char *directory = adapter_directory(adapter, "adt", why);

	adt->arena = adapter->arena;
	adt->keep_s = 24L * 60 * 60 * settings_number(&adapter->settings, "spool.keep_days");
	adt->delivery.pace = (struct pace){.first_ms = PACE_FIRST_MS, .most_ms = PACE_MOST_MS};
	adt->delivery.send = send_message;
	if (directory == NULL || !spool_open(adapter->arena, directory, &adt->delivery.spool, why))
		return NULL;
	adt->delivery.session = adapter_session(adapter, why);
	return adt->delivery.session != NULL ? adt : NULL;
}

void adt_free(struct adt *adt)
{
	session_free(adt->delivery.session);
}

/* The answer that the message got when it was sent. */
static const char *answer_as_before(struct adt *adt, struct arena *a, const struct hl7_head *head,
				    const char *id)
{
	const char *path = arena_printf(a, "%s/done/%s.json", adt->delivery.spool.directory, id);
	const char *why;
	const json_t *receipt = file_read_json(a, path, &why);
	const char *code = member_text(receipt, "ack");
	bool taken = code == NULL || strcmp(code, "AA") == 0;

	return hl7_answer(a, head, taken ? "AA" : "AE", taken ? NULL : "207^Application error",
			  member_text(receipt, "text"));
}

/* Sends it at once; the sender waits for what comes of it. `id` lies in the adapter's own copy,
 * since the round clears the arena. */
static const char *send_now(struct adt *adt, struct arena *a, const struct hl7_head *head,
			    const char *id)
{
	struct arena *round = arena_new(64 << 20);
	const char *why;

	delivery_round(&adt->delivery, round);
	arena_free(round);
	if (spool_look(&adt->delivery.spool, a, id) == SPOOL_DONE)
		return answer_as_before(adt, a, head, id);
	if (!spool_withdraw(&adt->delivery.spool, a, id, &why))
		note(NOTE_ERROR, "disk", "{s:s}", "why", why);
	return hl7_answer(a, head, "AR", "207^Application internal error",
			  "the service is not to be had now");
}

const char *adt_take(struct adt *adt, struct arena *a, const char *message, size_t size)
{
	struct spool *spool = &adt->delivery.spool;
	const char *fault, *id, *why;
	struct hl7_head head;
	struct spool_content content = {.bytes = message, .size = size};
	bool commit;

	if (!hl7_read(a, message, size, &head, &fault)) {
		note(NOTE_WARNING, "message_unusable", "{s:s}", "fault", fault);
		return hl7_answer(a, &head, "AE", fault, NULL);
	}
	commit = hl7_wants_commit(&head);
	content.kind = commit ? kind_committed : kind_awaited;
	content.identity = arena_printf(a, "%s\n%s\n%s", head.from_application, head.from_facility,
					head.control_id);
	if (!spool_put(spool, a, &content, &id, &why)) {
		note(NOTE_ERROR, "disk", "{s:s}", "why", why);
		return hl7_answer(a, &head, commit ? "CR" : "AR", "207^Application internal error",
				  NULL);
	}
	note(NOTE_INFO, "message", "{s:s,s:s,s:b}", "id", id, "trigger", head.event, "committed",
	     commit);
	if (commit) {
		adt->not_before = 0;
		return hl7_answer(a, &head, "CA", NULL, NULL);
	}
	return spool_look(spool, a, id) == SPOOL_DONE ? answer_as_before(adt, a, &head, id)
						      : send_now(adt, a, &head, id);
}

long adt_send_waiting(struct adt *adt, struct arena *a)
{
	long now = watch_now(), pause;

	if (now < adt->not_before)
		return adt->not_before - now;
	spool_prune(&adt->delivery.spool, a, adt->keep_s);
	pause = delivery_round(&adt->delivery, a);
	adt->not_before = pause > 0 ? now + pause : 0;
	return pause;
}
