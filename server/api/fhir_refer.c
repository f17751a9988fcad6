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

/* The search, through the rooms; `asked` is its request with the answer. */
static enum outcome search(struct request *asked)
{
	if (!authorise(asked) || !allowance_take(asked) || !validate(asked))
		return ANSWERED;
	if (asked->session != NULL)
		return execute_once(asked);
	execute(asked);
	return ANSWERED;
}

static enum outcome resolve(struct request *r, json_t *value, const char *reference)
{
	size_t len = strcspn(reference, "?"), count = 0;
	const struct operation *op =
		contract_operation(service.contract, arena_printf(r->arena, "fhirPostSearch%.*s",
								  (int)len, reference));
	struct request *asked;
	enum outcome outcome;
	const char *found;

	if (op == NULL) {
		problem(r, "unknown_reference", "of a type that is not searched for here");
		return ANSWERED;
	}
	asked = inner_request(r, op);
	inner_form(asked, arena_dup(r->arena, reference + len + 1));
	outcome = search(asked);
	if (outcome != ANSWERED)
		return outcome;
	if (asked->reply.status != 200) {
		inner_answer(r, asked);
		return ANSWERED;
	}
	found = matched(r, asked->reply.body, &count);
	if (count == 1)
		json_object_set_new(value, "reference", json_string(found));
	else
		problem(r, count == 0 ? "unknown_reference" : "multiple_matches",
			"a reference by what is known of a thing must match one");
	return ANSWERED;
}

enum outcome fhir_refer(struct request *r, json_t *resource)
{
	const char *reference = text(resource, "reference"), *key;
	enum outcome outcome = ANSWERED;
	json_t *one;
	size_t i;

	if (reference != NULL && strchr(reference, '?') != NULL)
		outcome = resolve(r, resource, reference);
	/* loops over what is no object, or no list, do nothing */
	json_object_foreach(resource, key, one)
	{
		if (outcome == ANSWERED && r->reply.status == 0)
			outcome = fhir_refer(r, one);
	}
	json_array_foreach(resource, i, one)
	{
		if (outcome == ANSWERED && r->reply.status == 0)
			outcome = fhir_refer(r, one);
	}
	return outcome;
}
