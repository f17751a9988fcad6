/*
 * Trying over FHIR what would be created: all that a write is before it meets rows.
 * Tested through tests/api/fhir-validate.test.mjs: the contract's own rules are tried.
 */
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_native.h"
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

/* The resource that the parameters carry; NULL, with faults, when they ask for what is not done. */
static const json_t *carried(struct request *r)
{
	const json_t *resource = parameter(r->json, "resource", "resource");
	const char *mode = json_string_value(parameter(r->json, "mode", "valueCode"));

	if (resource == NULL)
		faults_add(r->faults, "parameter", "required", "needs one named resource");
	if (mode != NULL && strcmp(mode, "create") != 0)
		faults_add(r->faults, "parameter('mode')", "not_supported", "can only be create");
	if (parameter(r->json, "profile", "valueUri") != NULL ||
	    parameter(r->json, "profile", "valueCanonical") != NULL)
		faults_add(r->faults, "parameter('profile')", "not_supported",
			   "is what a create takes, and no other");
	return r->faults->count == 0 ? resource : NULL;
}

/* The native body that the resource becomes, the caller's; NULL, with faults, when it cannot. */
static json_t *converted(struct fhir_map *m, const json_t *resource)
{
	const char *type = text(resource, "resourceType");

	if (type == NULL || strcmp(type, fhir_type(m->request->op)) != 0) {
		faults_add(m->request->faults, "resourceType", "const",
			   "must be the type of the address");
		return NULL;
	}
	return fhir_map_choose(m, resource) ? fhir_map_create(m, resource) : NULL;
}

enum outcome ops_fhir_validate(struct request *r)
{
	struct fhir_map m = {.request = r};
	const json_t *resource = r->json;
	json_t *body;

	if (strcmp(text(r->json, "resourceType"), "Parameters") == 0) {
		r->place = "Parameters";
		resource = carried(r);
		if (resource == NULL)
			return fhir_native_refuse(r);
		r->place = NULL;
	}
	body = converted(&m, resource);
	if (body == NULL) {
		problem_faults(r, "invalid_body");
	} else {
		arena_adopt(r->arena, (void (*)(void *))json_decref, body);
		fhir_native_try(&m, body);
	}
	/* that it was tried is no error, whatever was found */
	r->reply.status = 200;
	r->reply.content_type = fhir_media(r);
	return ANSWERED;
}
