/*
 * A transaction that is sent again.
 * Tested through tests/api/fhir-again.test.mjs: it is requests that run.
 */
#include "api/fhir_again.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_entry.h"
#include "api/inner.h"
#include "api/session.h"
#include "api/work.h"

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

/* "Task/<id>" of where the entry's thing was told to be, or of what it changed. */
static const char *address_of(struct arena *a, const struct fhir_entry *e, const char *location)
{
	const char *base = fhir_base(a), *end;

	if (location == NULL || strncmp(location, base, strlen(base)) != 0)
		return e->url;
	location += strlen(base) + 1;
	end = strstr(location, "/_history");
	return end == NULL ? location : arena_copy(a, location, (size_t)(end - location));
}

/* What the entry wrote is read, since the caller asks for it. */
static void become_read(struct fhir_bundle *b, struct fhir_entry *e, const char *location)
{
	json_t *get = json_pack("{s:s}", "method", "GET");

	arena_adopt(b->request->arena, (void (*)(void *))json_decref, get);
	e->url = address_of(b->request->arena, e, location);
	e->request = get;
	e->id = NULL;
}

/* An entry's answer of the first time. */
static void recall(struct request *asked, const json_t *first, bool with_version)
{
	struct arena *a = asked->arena;

	asked->reply.status = (int)json_integer_value(json_object_get(first, "status"));
	if (text(first, "location") != NULL)
		reply_header(asked, "Location", arena_dup(a, text(first, "location")));
	if (with_version && text(first, "etag") != NULL)
		reply_header(asked, "ETag", arena_dup(a, text(first, "etag")));
}

/* False when what it shows may no longer be seen: that is the answer. */
static bool answer_entry(struct fhir_bundle *b, size_t i, const json_t *first)
{
	struct fhir_entry *e = &b->list[i];

	if (!fhir_bundle_shows(b, e)) {
		e->asked = inner_request(b->request, b->request->op);
		recall(e->asked, first, true);
		return true;
	}
	become_read(b, e, text(first, "location"));
	if (fhir_entry_prepare(b, i))
		fhir_entry_run(b, i);
	if (e->asked->reply.status >= 400) {
		inner_answer(b->request, e->asked);
		return false;
	}
	recall(e->asked, first, false);
	return true;
}

static void answer(struct fhir_bundle *b, const char *detail)
{
	json_t *first = json_loads(detail, 0, NULL);

	arena_adopt(b->request->arena, (void (*)(void *))json_decref, first);
	for (size_t i = 0; i < b->count; i++)
		if (!answer_entry(b, i, json_array_get(json_object_get(first, "answer"), i)))
			return;
	fhir_bundle_answered(b, "transaction-response");
	reply_header(b->request, "Idempotency-Replayed", "true");
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
		answer(b, w.round.detail);
	return is_new;
}

/* [{"status", "location", "etag"}, …] in the order of the entries. */
static const char *answers_of(const struct fhir_bundle *b)
{
	json_t *list = json_array();
	const char *copy;
	char *dumped;

	for (size_t i = 0; i < b->count; i++) {
		const struct request *asked = b->list[i].asked;

		json_array_append_new(list,
				      json_pack("{s:i, s:s*, s:s*}", "status", asked->reply.status,
						"location", inner_reply_header(asked, "Location"),
						"etag", inner_reply_header(asked, "ETag")));
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
