/*
 * HL7 v2 ADT messages, taken one after the other and answered for each.
 * Tested through tests/api/import-adt.test.mjs: what it hands on is judged in PostgreSQL.
 */
#include <stdlib.h>
#include <string.h>

#include "api/adt_event.h"
#include "api/answer.h"
#include "api/caller.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/service.h"
#include "api/work.h"
#include "domain/hl7.h"

enum { MESSAGES_MAX = 200 };

/* The messages of the body; NULL when there are more than are taken at once. */
static json_t *read_messages(struct request *r)
{
	json_t *list = json_array();
	const char *at = r->in.body, *end = at + r->in.body_size;

	while (at < end && json_array_size(list) <= MESSAGES_MAX) {
		size_t size = hl7_length(at, (size_t)(end - at));

		json_array_append_new(list, adt_event_read(r->arena, service.seals, at, size));
		at += size;
	}
	if (json_array_size(list) <= MESSAGES_MAX)
		return list;
	json_decref(list);
	return NULL;
}

static const char *given(struct request *r, json_t *messages)
{
	json_t *o = json_pack("{s:o, s:o}", "messages", messages, "caller", caller_json(r));
	char *text = json_dumps(o, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(o);
	return copy;
}

enum outcome ops_adt(struct request *r)
{
	enum outcome outcome = ANSWERED;
	json_t *messages = read_messages(r);
	struct work w;

	if (messages == NULL) {
		problem(r, "too_large", "send at most %d messages at a time", MESSAGES_MAX);
		return ANSWERED;
	}
	if (!work_begin(&w, r)) {
		json_decref(messages);
		return ANSWERED;
	}
	w.binding.given = given(r, messages);
	w.binding.action = "CREATE";
	work_add(&w, "context");
	w.answer = work_add(&w, "import_adt");
	work_add(&w, "log");
	if (round_run(&w.round))
		answer_from_round(&w);
	else
		outcome = work_failed(&w);
	work_end(&w);
	return outcome;
}
