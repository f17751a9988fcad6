/*
 * A transaction that is sent again.
 * Tested through tests/api/fhir-again.test.mjs: it is requests that run.
 */
#include "api/fhir_again.h"

#include <stdlib.h>
#include <string.h>

#include "api/allowance.h"
#include "api/fhir.h"
#include "api/fhir_entry.h"
#include "api/fhir_native.h"
#include "api/inner.h"
#include "api/session.h"
#include "api/work.h"

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

/* The status and address of the first time; the version too where nothing is shown. */
static void recall(const struct fhir_bundle *b, const struct fhir_entry *e, const json_t *first)
{
	struct request *asked = e->asked;

	asked->reply.status = (int)json_integer_value(json_object_get(first, "status"));
	if (text(first, "location") != NULL)
		reply_header(asked, "Location", text(first, "location"));
	if (text(first, "etag") != NULL && !fhir_bundle_shows(b, e))
		reply_header(asked, "ETag", text(first, "etag"));
}

/*
 * What was written is read, shown or not: who may no longer write or see it is not told of it. What
 * its references mean was looked up the first time.
 */
static enum outcome answer_written(struct fhir_bundle *b, size_t i, const json_t *first)
{
	struct fhir_entry *e = &b->list[i];
	struct request *inner = NULL;
	enum outcome outcome;

	json_object_del(json_array_get(b->entries, i), "resource");
	if (!fhir_entry_prepare(b, i) || !authorise(e->asked) || !allowance_take(e->asked))
		return ANSWERED;
	inner_header(e->asked, "Accept", "application/fhir+json");
	outcome = fhir_native_read(e->asked, text(first, "id"), &inner);
	inner_answer(e->asked, inner);
	if (outcome == ANSWERED && e->asked->reply.status < 400)
		recall(b, e, first);
	return outcome;
}

/* What wrote nothing runs again. */
static enum outcome answer_entry(struct fhir_bundle *b, size_t i, const json_t *first)
{
	if (text(first, "id") != NULL)
		return answer_written(b, i, first);
	return fhir_entry_prepare(b, i) ? fhir_entry_run(b, i) : ANSWERED;
}

static enum outcome answer(struct fhir_bundle *b, const char *detail)
{
	json_t *first = json_loads(detail, 0, NULL);

	arena_adopt(b->request->arena, (void (*)(void *))json_decref, first);
	for (size_t i = 0; i < b->count; i++) {
		enum outcome outcome =
			answer_entry(b, i, json_array_get(json_object_get(first, "answer"), i));

		if (outcome != ANSWERED)
			return outcome;
		if (b->list[i].asked->reply.status < 400)
			continue;
		inner_answer(b->request, b->list[i].asked);
		return ANSWERED;
	}
	fhir_bundle_answered(b, "transaction-response");
	reply_header(b->request, "Idempotency-Replayed", "true");
	return ANSWERED;
}

bool fhir_again_is_new(struct fhir_bundle *b, enum outcome *outcome)
{
	struct request *r = b->request;
	struct work w;
	bool is_new, is_known;

	*outcome = ANSWERED;
	if (r->idempotency_scope == NULL)
		return true;
	if (!work_begin(&w, r))
		return false;
	work_open(&w);
	is_new = round_run(&w.round);
	is_known = !is_new && strcmp(w.round.sqlstate, "APRPL") == 0;
	if (is_known && r->session != NULL)
		work_rollback(&w);
	if (!is_new && !is_known)
		*outcome = work_failed(&w);
	work_end(&w);
	if (is_known)
		*outcome = answer(b, w.round.detail);
	return is_new;
}

/* Of what the entry has written, else NULL. */
static const char *id_of(const struct fhir_entry *e)
{
	if (fhir_does(e->asked->op, "create"))
		return e->id;
	return fhir_does(e->asked->op, "update") || fhir_does(e->asked->op, "patch")
		       ? request_parameter(e->asked, IN_PATH, "id")
		       : NULL;
}

/* [{"id", "status", "location", "etag"}, …] in the order of the entries. */
static const char *answers_of(const struct fhir_bundle *b)
{
	json_t *list = json_array();
	const char *copy;
	char *dumped;

	for (size_t i = 0; i < b->count; i++) {
		const struct request *asked = b->list[i].asked;

		json_array_append_new(list,
				      json_pack("{s:s*, s:i, s:s*, s:s*}", "id", id_of(&b->list[i]),
						"status", asked->reply.status, "location",
						inner_reply_header(asked, "Location"), "etag",
						inner_reply_header(asked, "ETag")));
	}
	dumped = json_dumps(list, JSON_COMPACT);
	copy = arena_dup(b->request->arena, dumped);
	free(dumped);
	json_decref(list);
	return copy;
}

bool fhir_again_keep(struct fhir_bundle *b, enum outcome *outcome)
{
	struct request *r = b->request;
	struct work w;
	bool kept;

	*outcome = ANSWERED;
	if (r->idempotency_scope == NULL)
		return true;
	if (!work_begin(&w, r))
		return false;
	session_join(r->session, &w.round);
	w.binding.given = answers_of(b);
	work_add(&w, "fhir_again_keep");
	kept = round_run(&w.round);
	if (!kept)
		*outcome = work_failed(&w);
	work_end(&w);
	return kept;
}
