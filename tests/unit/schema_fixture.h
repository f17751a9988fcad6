#ifndef TESTS_SCHEMA_FIXTURE_H
#define TESTS_SCHEMA_FIXTURE_H

/* For tests of one part of the schema compiler: texts in, faults or the refusal as text out. */
#include "arena_fixture.h"

#include <stdio.h>
#include <string.h>

#include "contract/schema.h"

static inline json_t *parsed(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

	if (json == NULL)
		fail_msg("%s: %s", text, error.text);
	arena_adopt(arena, (void (*)(void *))json_decref, json);
	return json;
}

/* Compiled, or NULL and why. The document is gone before anything is validated. */
static inline struct schema *compiled(const char *text, const char **why)
{
	json_t *document = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	const struct schema_source source = {.arena = arena, .root = document};
	struct schema *s = schema_compile(&source, "", why);

	json_decref(document);
	return s;
}

/* "pointer code, pointer code", "" when valid, or "refused: why". */
static inline const char *faults_of(const char *schema, const char *value)
{
	const char *why = NULL, *out = "";
	struct schema *s = compiled(schema, &why);
	struct faults faults = {.arena = arena};

	if (s == NULL)
		return arena_printf(arena, "refused: %s", why);
	schema_validate(s, parsed(value), &faults, NULL);
	for (size_t i = 0; i < faults.count; i++)
		out = arena_printf(arena, "%s%s%s %s", out, i == 0 ? "" : ", ",
				   faults.list[i].pointer, faults.list[i].code);
	return out;
}

struct schema_case {
	const char *schema, *value, *faults;
};

static inline void expect_faults(const struct schema_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *found = faults_of(cases[i].schema, cases[i].value);

		if (strcmp(found, cases[i].faults) != 0)
			fail_msg("%s on %s: '%s', not '%s'", cases[i].schema, cases[i].value, found,
				 cases[i].faults);
	}
}

#define EXPECT_FAULTS(cases) expect_faults(cases, sizeof(cases) / sizeof((cases)[0]))

#define RUN(...)                                                                                   \
	int main(void)                                                                             \
	{                                                                                          \
		const struct CMUnitTest tests[] = {__VA_ARGS__};                                   \
                                                                                                   \
		return cmocka_run_group_tests(tests, arena_begin, arena_end);                      \
	}

#endif
