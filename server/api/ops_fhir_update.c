/*
 * Updating over FHIR, by the whole resource or by a patch.
 * Tested through tests/api/fhir-writes.test.mjs and fhir-patch.test.mjs: it is native operations
 * that run.
 */
#include <stdlib.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_change.h"
#include "api/fhir_native.h"
#include "api/fhir_patch.h"
#include "api/fhir_together.h"
#include "api/inner.h"
#include "api/ops.h"
#include "api/problem.h"

/* The version in an ETag, `W/"3"` or `"3"`; NULL when it is none. */
static const char *version_of(struct arena *a, const char *etag)
{
	size_t digits;

	if (etag == NULL)
		return NULL;
	etag += strncmp(etag, "W/", 2) == 0 ? 2 : 0;
	if (*etag != '"')
		return NULL;
	digits = strspn(etag + 1, "0123456789");
	return digits == 0 || strcmp(etag + 1 + digits, "\"") != 0
		       ? NULL
		       : arena_copy(a, etag + 1, digits);
}

/* What stands now, as the caller may see it; NULL when `r` is answered. */
static json_t *current_of(struct request *r, struct request **read, enum outcome *outcome)
{
	const char *id = request_parameter(r, IN_PATH, "id");
	json_t *current;

	*outcome = fhir_native_read(r, id, read);
	if (*outcome != ANSWERED)
		return NULL;
	if ((*read)->reply.status == 404) {
		/* whether it is hidden or not there; nothing would be made by a PUT */
		if (fhir_does(r->op, "update"))
			reply_header(r, "Allow", "OPTIONS, GET, HEAD");
		problem(r, "not_found", NULL);
		return NULL;
	}
	if ((*read)->reply.status != 200) {
		inner_answer(r, *read);
		return NULL;
	}
	current = json_loads((*read)->reply.body, 0, NULL);
	arena_adopt(r->arena, (void (*)(void *))json_decref, current);
	return current;
}

static bool is_well_addressed(struct request *r)
{
	const char *id = json_string_value(json_object_get(r->json, "id"));

	if (id != NULL && strcmp(id, request_parameter(r, IN_PATH, "id")) == 0)
		return true;
	faults_add(r->faults, "id", "const", "must be the id of the address");
	return problem_faults(r, "invalid_body");
}

static bool names_a_version(struct request *r)
{
	if (version_of(r->arena, request_header(r, "If-Match")) != NULL)
		return true;
	faults_add(r->faults, "/header/If-Match", "format",
		   "must be the ETag of a version, as W/\"3\"");
	return problem_faults(r, "invalid_parameter");
}

static bool is_the_version(struct request *r, const struct request *read)
{
	const char *now = version_of(r->arena, inner_reply_header(read, "ETag"));
	json_t *more;

	if (strcmp(now, version_of(r->arena, request_header(r, "If-Match"))) == 0)
		return true;
	more = json_pack("{s:i}", "current_version", (int)strtol(now, NULL, 10));
	problem_with(r, "version_mismatch", more);
	json_decref(more);
	return false;
}

/* `both`: {"patch", "step"}, each or one. The last one's answer shows what has become of it. */
static enum outcome change(const struct fhir_map *m, const json_t *both, struct request **inner)
{
	static const char *const parts[][2] = {{"patch", "update"}, {"step", "step"}};
	struct request *r = m->request;
	const char *version = version_of(r->arena, request_header(r, "If-Match"));
	enum outcome outcome = ANSWERED;

	for (size_t i = 0; i < 2 && outcome == ANSWERED; i++) {
		const json_t *body = json_object_get(both, parts[i][0]);
		const char *action = json_string_value(json_object_get(body, "action"));
		const struct fhir_call call = {.operation = parts[i][1],
					       .key = i == 0 ? "update" : action,
					       .body = body,
					       .id = request_parameter(r, IN_PATH, "id"),
					       .version = version};

		if (body == NULL)
			continue;
		outcome = fhir_native(r, m, &call, inner);
		if (outcome == ANSWERED && (*inner)->reply.status >= 300)
			break;
		version = version_of(r->arena, inner_reply_header(*inner, "ETag"));
	}
	return outcome;
}

/* Makes of what stands what `sent` says; `inner`, its read, is the answer when they do not differ.
 */
static enum outcome update(struct request *r, struct request *inner, const json_t *current,
			   const json_t *sent)
{
	struct fhir_map m = {.request = r};
	struct fhir_change changed;
	enum outcome outcome = ANSWERED;
	json_t *both;

	if (!fhir_map_choose_change(&m, current, sent) ||
	    !fhir_change_find(&m, current, sent, &changed))
		return fhir_native_refuse(r);
	both = json_pack("{s:o*, s:o*}", "patch", changed.patch, "step", changed.step);
	arena_adopt(r->arena, (void (*)(void *))json_decref, both);
	if (json_object_size(both) > 0)
		outcome = json_object_size(both) > 1 ? fhir_together(&m, change, both, &inner)
						     : change(&m, both, &inner);
	if (outcome != ANSWERED || inner == NULL)
		return outcome;
	return fhir_native_finish(&m, inner);
}

enum outcome ops_fhir_update(struct request *r)
{
	struct request *read = NULL;
	enum outcome outcome = ANSWERED;
	json_t *current;

	if (!is_well_addressed(r) || !names_a_version(r))
		return ANSWERED;
	current = current_of(r, &read, &outcome);
	if (current == NULL || !is_the_version(r, read))
		return outcome;
	return update(r, read, current, r->json);
}

/* An update with what the patch makes of what stands, as the caller may see it. */
enum outcome ops_fhir_patch(struct request *r)
{
	struct request *read = NULL;
	enum outcome outcome = ANSWERED;
	json_t *current, *sent;

	if (!names_a_version(r))
		return ANSWERED;
	current = current_of(r, &read, &outcome);
	if (current == NULL || !is_the_version(r, read))
		return outcome;
	sent = fhir_patch(r, current);
	return sent == NULL ? ANSWERED : update(r, read, current, sent);
}
