/*
 * References that say what is known of a thing.
 * Tested through tests/api/fhir-transaction.test.mjs: they are searches that run.
 */
#include "api/fhir_refer.h"

#include <string.h>

#include "api/allowance.h"
#include "api/inner.h"
#include "api/problem.h"
#include "api/service.h"

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

/* "Patient/<id>" of a Bundle's last match; `*count` is how many there are. */
static const char *matched(struct request *r, const char *bundle, size_t *count)
{
	json_t *json = json_loads(bundle, 0, NULL), *resource, *one;
	const char *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(json, "entry"), i, one)
	{
		if (strcmp(text(json_object_get(one, "search"), "mode"), "match") != 0)
			continue;
		resource = json_object_get(one, "resource");
		found = arena_printf(r->arena, "%s/%s", text(resource, "resourceType"),
				     text(resource, "id"));
		++*count;
	}
	json_decref(json);
	return found;
}

/* `_count` and its like say how an answer looks: of many they can leave one. */
static bool shapes_answer(const struct request *asked)
{
	for (size_t i = 0; i < asked->op->parameter_count; i++) {
		const char *name = asked->op->parameters[i].name;

		if (*name == '_' && strcmp(name, "_id") != 0 && strcmp(name, "_lastUpdated") != 0 &&
		    request_parameter(asked, IN_QUERY, name) != NULL)
			return true;
	}
	return false;
}

/* The search, through the rooms; `asked` is its request with the answer. */
static void search(struct request *asked)
{
	if (!authorise(asked) || !allowance_take(asked) || !validate(asked))
		return;
	if (shapes_answer(asked)) {
		faults_add(asked->faults, "", "not_supported",
			   "a reference takes no parameter that says how an answer looks");
		problem_faults(asked, "invalid_body");
		return;
	}
	execute(asked);
}

static bool resolve(struct request *r, json_t *value, const char *reference)
{
	size_t len = strcspn(reference, "?"), count = 0;
	const struct operation *op =
		contract_operation(service.contract, arena_printf(r->arena, "fhirPostSearch%.*s",
								  (int)len, reference));
	struct request *asked;
	const char *found;

	if (op == NULL)
		return problem(r, "unknown_reference", "of a type that is not searched for here");
	asked = inner_request(r, op);
	inner_text(asked, "application/x-www-form-urlencoded",
		   arena_dup(r->arena, reference + len + 1));
	inner_header(asked, "Accept", "application/fhir+json");
	search(asked);
	if (asked->reply.status != 200) {
		inner_answer(r, asked);
		return false;
	}
	found = matched(r, asked->reply.body, &count);
	if (count != 1)
		return problem(r, count == 0 ? "unknown_reference" : "multiple_matches",
			       "a reference by what is known of a thing must match one");
	json_object_set_new(value, "reference", json_string(found));
	return true;
}

bool fhir_refer(const struct fhir_bundle *b, struct request *r, json_t *resource)
{
	const char *reference = text(resource, "reference"), *key;
	json_t *one;
	size_t i;

	if (reference != NULL && strchr(reference, '?') != NULL &&
	    !fhir_bundle_makes(b, reference) && !resolve(r, resource, reference))
		return false;
	/* loops over what is no object, or no list, do nothing */
	json_object_foreach(resource, key, one)
	{
		if (!fhir_refer(b, r, one))
			return false;
	}
	json_array_foreach(resource, i, one)
	{
		if (!fhir_refer(b, r, one))
			return false;
	}
	return true;
}
