/*
 * Bundles of requests: a transaction, or a batch.
 * Tested through tests/api/fhir-transaction.test.mjs: each entry runs.
 */
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_entry.h"
#include "api/inner.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/session.h"

static enum outcome answer(struct fhir_bundle *b, const char *type)
{
	enum outcome outcome = ops_object(b->request, fhir_bundle_answer(b, type));

	b->request->reply.content_type = fhir_media(b->request);
	return outcome;
}

/* Each entry by itself: what one is answered with is nothing to the next. */
static enum outcome batch(struct fhir_bundle *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (fhir_entry_prepare(b, i))
			fhir_entry_run(b, i);
	return answer(b, "batch-response");
}

/* Before the session: what its searches have told is in the log, whatever comes after. */
static bool prepare_all(struct fhir_bundle *b, const size_t *order)
{
	for (size_t i = 0; i < b->count; i++)
		if (!fhir_entry_prepare(b, order[i])) {
			inner_answer(b->request, b->list[order[i]].asked);
			return false;
		}
	return true;
}

/* In the session: all of them, until one is refused. */
static enum outcome run_all(struct fhir_bundle *b, const size_t *order, bool *done)
{
	for (size_t i = 0; i < b->count; i++) {
		enum outcome outcome = fhir_entry_run(b, order[i]);
		const struct request *asked = b->list[order[i]].asked;

		if (outcome != ANSWERED)
			return outcome;
		if (asked->reply.status < 400)
			continue;
		inner_answer(b->request, asked);
		return ANSWERED;
	}
	*done = true;
	return ANSWERED;
}

static enum outcome transaction(struct fhir_bundle *b)
{
	struct request *r = b->request;
	size_t order[FHIR_ENTRIES_MAX];
	struct session session;
	enum outcome outcome;
	bool done = false;

	if (!fhir_bundle_order(b, order)) {
		problem_faults(r, "invalid_body");
		return ANSWERED;
	}
	if (!prepare_all(b, order) || !session_begin(&session, r))
		return ANSWERED;
	r->session = &session;
	outcome = run_all(b, order, &done);
	if (!done && outcome == ANSWERED)
		session_tell(&session, r);
	r->session = NULL;
	done = done && session_commit(&session, r);
	session_end(&session, r->arena);
	return done ? answer(b, "transaction-response") : outcome;
}

enum outcome ops_fhir_bundle(struct request *r)
{
	struct fhir_bundle *b = arena_alloc(r->arena, sizeof(*b));
	const char *type = json_string_value(json_object_get(r->json, "type"));
	/* links are put in, and a transaction may have to begin anew */
	json_t *bundle = json_deep_copy(r->json);

	arena_adopt(r->arena, (void (*)(void *))json_decref, bundle);
	*b = (struct fhir_bundle){.request = r};
	r->place = "Bundle";
	type = type == NULL ? "" : type;
	if (strcmp(type, "transaction") != 0 && strcmp(type, "batch") != 0)
		faults_add(r->faults, "type", "enum", "must be transaction or batch");
	if (r->faults->count > 0 || !fhir_bundle_read(b, bundle)) {
		problem_faults(r, "invalid_body");
		return ANSWERED;
	}
	return strcmp(type, "batch") == 0 ? batch(b) : transaction(b);
}
