#ifndef TESTS_CONVERT_FIXTURE_H
#define TESTS_CONVERT_FIXTURE_H

/* For tests of conversions: a rule and an element in, a body or its fault out. */
#include "arena_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir_convert.h"

/* What `found` becomes by the rule: the body, or in angle brackets the fault. */
static inline void assert_becomes(const char *rule_text, const char *found_text,
				  const char *expected)
{
	json_t *rule = json_loads(rule_text, 0, NULL), *body = json_object();
	json_t *found = json_loads(found_text, JSON_DECODE_ANY, NULL);
	struct fhir_conversion c = {.arena = arena, .base = "https://x.example/fhir/r4"};

	assert_non_null(rule);
	assert_non_null(found);

	bool taken = fhir_convert(&c, rule, "create", found, body);
	char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(taken ? text : arena_printf(arena, "<%s>", c.code), expected);
	free(text);
	json_decref(rule);
	json_decref(found);
	json_decref(body);
}

#endif
