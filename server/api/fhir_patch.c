/* JSON Patch on FHIR resources. */
#include "api/fhir_patch.h"

#include <string.h>

#include "api/fhir.h"
#include "api/problem.h"
#include "auth/base64url.h"
#include "contract/json_patch.h"

static const char media[] = "application/json-patch+json";

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

/* A patch that is none: told by its own members. */
static bool is_malformed(struct request *r, const struct json_patch_fault *f)
{
	faults_add(r->faults, arena_printf(r->arena, "/%zu/%s", f->operation, f->member),
		   "json_patch", f->detail);
	return problem_faults(r, "invalid_body");
}

/* One that does not fit the resource: told by the element that it names. */
static bool does_not_fit(struct request *r, enum json_patch_end end,
			 const struct json_patch_fault *f)
{
	static const char *const codes[] = {[JSON_PATCH_NOWHERE] = "reference",
					    [JSON_PATCH_UNEQUAL] = "json_patch_test",
					    [JSON_PATCH_TOO_LARGE] = "too_costly"};

	faults_add(r->faults, f->path, codes[end],
		   arena_printf(r->arena, "operation %zu of the patch: `%s` %s", f->operation + 1,
				f->member, f->detail));
	return problem_faults(r, "patch_failed");
}

static bool is_same_member(struct request *r, const json_t *before, const json_t *after,
			   const char *name)
{
	const char *now = text(after, name);

	if (now != NULL && strcmp(now, text(before, name)) == 0)
		return true;
	faults_add(r->faults, name, "const", "cannot be changed");
	return false;
}

json_t *fhir_patch(struct request *r, const json_t *current)
{
	json_t *after = json_deep_copy(current);
	struct json_patch_fault fault = {0};
	enum json_patch_end end;

	arena_adopt(r->arena, (void (*)(void *))json_decref, after);
	end = json_patch(r->arena, r->json, &after, &fault);
	if (end == JSON_PATCH_MALFORMED) {
		is_malformed(r, &fault);
		return NULL;
	}
	/* from here on it is about the resource */
	if (r->place == NULL)
		r->place = fhir_type(r->op);
	if (end != JSON_PATCH_DONE) {
		does_not_fit(r, end, &fault);
		return NULL;
	}
	arena_adopt(r->arena, (void (*)(void *))json_decref, after);
	if (is_same_member(r, current, after, "resourceType") &&
	    is_same_member(r, current, after, "id"))
		return after;
	problem_faults(r, "invalid_body");
	return NULL;
}

const char *fhir_patch_carried(struct arena *a, const json_t *binary)
{
	const char *type = text(binary, "resourceType"), *content = text(binary, "contentType");
	const char *data = text(binary, "data");
	char *url;
	size_t size;

	if (type == NULL || strcmp(type, "Binary") != 0 || content == NULL ||
	    strcmp(content, media) != 0 || data == NULL)
		return NULL;
	url = arena_copy(a, data, strcspn(data, "="));
	for (char *c = url; *c != '\0'; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	return (const char *)base64url_decode(a, url, strlen(url), &size);
}
