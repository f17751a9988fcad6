/* Names the rule behind a refusal, from the contract's own list. */
#include "api/reason.h"

#include <stdint.h>
#include <string.h>

static const json_t *rules;

void reason_load(const json_t *document)
{
	rules = json_object_get(json_object_get(document, "x-access-matrix"), "rules");
}

const json_t *reason_rules(void)
{
	return rules;
}

static json_t *unconst(const json_t *json)
{
	return (json_t *)(uintptr_t)json;
}

static bool names(const json_t *list, const char *word)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), word) == 0)
			return true;
	return false;
}

/* The rule that gives this problem, or NULL; its name in *code. */
static const json_t *rule_of(const char *problem, const char **code)
{
	const char *name;
	json_t *rule;

	json_object_foreach(unconst(rules), name, rule)
	{
		if (names(json_object_get(rule, "problems"), problem)) {
			*code = name;
			return rule;
		}
	}
	return NULL;
}

static bool has_letter(const char *gates, const json_t *letter)
{
	return gates != NULL && strstr(gates, json_string_value(letter)) != NULL;
}

/* What would change the answer, as far as the caller's cell has the letters for it. */
static json_t *openers(const json_t *rule, const char *gates)
{
	const json_t *all = json_object_get(rule, "opened_by");
	json_t *open = json_array();

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i), *with = json_object_get(one, "letter"),
			     *without = json_object_get(one, "without");

		if ((with == NULL || has_letter(gates, with)) &&
		    (without == NULL || !has_letter(gates, without)))
			json_array_append(open, json_object_get(one, "by"));
	}
	return open;
}

json_t *reason_of(const struct request *r, const char *problem, int status)
{
	const char *code;
	const json_t *rule = rule_of(problem, &code);

	if (rule == NULL || r->principal == NULL || r->op == NULL || r->op->resource == NULL ||
	    status != 403)
		return NULL;

	const char *resource = r->access.resource != NULL ? r->access.resource : r->op->resource;

	return json_pack("{s:s, s:s, s:s*, s:O, s:o}", "rule", code, "resource", resource,
			 "category", r->access.category, "legal_basis",
			 json_object_get(rule, "legal_basis"), "opened_by",
			 openers(rule, r->access.gates));
}
