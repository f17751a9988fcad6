/*
 * Trying over FHIR what would be created or changed: all that a write is before it meets rows.
 * Tested through tests/api/fhir-validate.test.mjs: the contract's own rules are tried.
 */
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_change.h"
#include "api/fhir_native.h"
#include "api/inner.h"
#include "api/ops.h"
#include "api/problem.h"

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

/* What the parameter of that name has as `member`; borrowed, or NULL. */
static const json_t *parameter(const json_t *parameters, const char *name, const char *member)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(parameters, "parameter"), i, one)
	{
		const char *called = text(one, "name");

		if (called != NULL && strcmp(called, name) == 0)
			return json_object_get(one, member);
	}
	return NULL;
}

static bool is_twice(const json_t *parameters, const char *name)
{
	const json_t *one;
	size_t i, count = 0;

	json_array_foreach(json_object_get(parameters, "parameter"), i, one)
	{
		const char *called = text(one, "name");

		count += called != NULL && strcmp(called, name) == 0;
	}
	return count > 1;
}

/* "create", or of what has an id "update". */
static const char *mode_of(const struct request *r)
{
	return request_parameter(r, IN_PATH, "id") == NULL ? "create" : "update";
}

/* The resource that the parameters carry; NULL, with faults, when they ask for what is not done. */
static const json_t *carried(struct request *r)
{
	const json_t *resource = parameter(r->json, "resource", "resource");
	const char *mode = json_string_value(parameter(r->json, "mode", "valueCode"));

	if (resource == NULL || is_twice(r->json, "resource"))
		faults_add(r->faults, "parameter", "required", "needs one named resource");
	if (is_twice(r->json, "mode"))
		faults_add(r->faults, "parameter('mode')", "value", "must be said once");
	if (mode != NULL && strcmp(mode, mode_of(r)) != 0)
		faults_add(r->faults, "parameter('mode')", "not_supported",
			   arena_printf(r->arena, "can only be %s", mode_of(r)));
	if (parameter(r->json, "profile", "valueUri") != NULL ||
	    parameter(r->json, "profile", "valueCanonical") != NULL)
		faults_add(r->faults, "parameter('profile')", "not_supported",
			   "is what a write takes, and no other");
	return r->faults->count == 0 ? resource : NULL;
}

/* Whether it is what the address says. */
static bool is_addressed(struct request *r, const json_t *resource)
{
	const char *type = text(resource, "resourceType"), *id = text(resource, "id");
	const char *asked = request_parameter(r, IN_PATH, "id");

	if (type == NULL || strcmp(type, fhir_type(r->op)) != 0)
		faults_add(r->faults, "resourceType", "const", "must be the type of the address");
	else if (asked != NULL && (id == NULL || strcmp(id, asked) != 0))
		faults_add(r->faults, "id", "const", "must be the id of the address");
	return r->faults->count == 0;
}

static bool would_create(struct fhir_map *m, const json_t *resource)
{
	json_t *body = fhir_map_choose(m, resource) ? fhir_map_create(m, resource) : NULL;
	const struct fhir_call call = {.operation = "create", .key = "create", .body = body};

	arena_adopt(m->request->arena, (void (*)(void *))json_decref, body);
	return body != NULL && fhir_native_fits(m, &call);
}

/* The steps and changes that the resource asks for of `current`, each by its form. */
static bool would_change(struct fhir_map *m, const json_t *current, const json_t *resource)
{
	struct request *r = m->request;
	const char *version = text(json_object_get(current, "meta"), "versionId");
	const char *id = text(current, "id");
	struct fhir_change changed;

	if (!fhir_map_choose_change(m, current, resource) ||
	    !fhir_change_find(m, current, resource, &changed))
		return false;
	arena_adopt(r->arena, (void (*)(void *))json_decref, changed.patch);
	arena_adopt(r->arena, (void (*)(void *))json_decref, changed.step);

	const struct fhir_call patch = {"update", "update", changed.patch, id, version, NULL};
	const struct fhir_call step = {
		"step", text(changed.step, "action"), changed.step, id, version, NULL};

	return (changed.patch == NULL || fhir_native_fits(m, &patch)) &&
	       (changed.step == NULL || fhir_native_fits(m, &step));
}

/* That it was tried is no error, whatever was found. */
static enum outcome tell(struct fhir_map *m, bool fine)
{
	struct request *r = m->request;

	if (fine)
		fhir_native_fine(m);
	else
		fhir_native_refuse(r);
	r->reply.status = 200;
	r->reply.content_type = fhir_media(r);
	return ANSWERED;
}

/* What stands, read as its FHIR read does; what that refuses is refused here. */
static enum outcome try_change(struct fhir_map *m, const json_t *resource)
{
	struct request *r = m->request, *read = NULL;
	enum outcome outcome = fhir_native_read(r, request_parameter(r, IN_PATH, "id"), &read);
	json_t *current;

	if (outcome != ANSWERED)
		return outcome;
	if (read->reply.status != 200) {
		inner_answer(r, read);
		return ANSWERED;
	}
	current = json_loads(read->reply.body, 0, NULL);
	arena_adopt(r->arena, (void (*)(void *))json_decref, current);
	return tell(m, is_addressed(r, resource) && would_change(m, current, resource));
}

enum outcome ops_fhir_validate(struct request *r)
{
	struct fhir_map m = {.request = r};
	const json_t *resource = r->json;

	if (strcmp(text(r->json, "resourceType"), "Parameters") == 0) {
		r->place = "Parameters";
		resource = carried(r);
		if (resource == NULL)
			return fhir_native_refuse(r);
		r->place = NULL;
	}
	return request_parameter(r, IN_PATH, "id") != NULL
		       ? try_change(&m, resource)
		       : tell(&m, is_addressed(r, resource) && would_create(&m, resource));
}
