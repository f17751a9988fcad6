/*
 * Bundles of requests: a transaction, or a batch.
 * Tested through tests/api/fhir-transaction.test.mjs: each entry runs.
 */
#include <string.h>

#include "api/fhir_again.h"
#include "api/fhir_entry.h"
#include "api/inner.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/session.h"

/* Each entry by itself: what one is answered with is nothing to the next. */
static enum outcome batch(struct fhir_bundle *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (fhir_entry_prepare(b, i))
			fhir_entry_run(b, i);
	fhir_bundle_answered(b, "batch-response");
	return ANSWERED;
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

/* In the session: all of them, until one is refused; what was done before is only told again. */
static enum outcome run_all(struct fhir_bundle *b, const size_t *order, bool *done)
{
	enum outcome begun;

	if (!fhir_again_is_new(b, &begun))
		return begun;
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
	*done = fhir_again_keep(b, &begun);
	return begun;
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
	/* before anything is looked up, and in the session once more: another may have been quicker
	 */
	if (!fhir_again_is_new(b, &outcome))
		return outcome;
	if (!prepare_all(b, order) || !session_begin(&session, r))
		return ANSWERED;
	r->session = &session;
	outcome = run_all(b, order, &done);
	if (!done && outcome == ANSWERED)
		session_tell(&session, r);
	r->session = NULL;
	done = done && session_commit(&session, r);
	session_end(&session, r->arena);
	if (done)
		fhir_bundle_answered(b, "transaction-response");
	return outcome;
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
