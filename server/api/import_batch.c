/*
 * Batches of imports: begun, gone on with, answered.
 * Tested through tests/api/imports.test.mjs: it asks PostgreSQL.
 */
#include "api/import_batch.h"

#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/caller.h"
#include "api/work.h"

static const char *choice(const struct request *r, const char *name)
{
	return request_parameter(r, IN_QUERY, name);
}

/* What the batch is to be, for import_begin(). */
static const char *asked(struct request *r)
{
	const char *offset = choice(r, "offset"), *type = strrchr(r->op->path, '/') + 1;
	json_t *o = json_pack("{s:s, s:s*, s:s*, s:s*, s:I, s:o}", "type", type, "batch_id",
			      choice(r, "batch_id"), "mode", choice(r, "mode"), "on_error",
			      choice(r, "on_error"), "offset",
			      (json_int_t)(offset == NULL ? 0 : strtoll(offset, NULL, 10)),
			      "caller", caller_json(r));
	char *text = json_dumps(o, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(o);
	return copy;
}

enum outcome import_batch_begin(struct request *r, struct import_batch *out)
{
	enum outcome outcome = ANSWERED;
	struct work w;

	if (!work_begin(&w, r))
		return ANSWERED;
	w.binding.given = asked(r);
	w.binding.action = "CREATE";
	work_add(&w, "context");
	w.answer = work_add(&w, "import_begin");
	work_add(&w, "log");
	if (!round_run(&w.round)) {
		outcome = work_failed(&w);
	} else {
		const char *header = round_text(&w.round, w.answer, "header");

		out->id = arena_dup(r->arena, round_text(&w.round, w.answer, "id"));
		out->is_open = strcmp(round_text(&w.round, w.answer, "state"), "RECEIVING") == 0;
		out->received = strtol(round_text(&w.round, w.answer, "received"), NULL, 10);
		out->header = header == NULL || !out->is_open ? NULL : json_loads(header, 0, NULL);
	}
	work_end(&w);
	return outcome;
}

enum outcome import_batch_answer(struct request *r, const char *id)
{
	enum outcome outcome = ANSWERED;
	struct work w;

	if (!work_begin(&w, r))
		return ANSWERED;
	w.binding.path_id = id;
	work_add(&w, "context");
	w.answer = work_add(&w, "import_read");
	if (round_run(&w.round))
		answer_from_round(&w);
	else
		outcome = work_failed(&w);
	work_end(&w);
	/* what was received stands: a registry that has moved meanwhile changes nothing of it */
	return outcome == REGISTRY_CHANGED ? TRY_AGAIN : outcome;
}
