/* Schemas that would be applied to the same value for ever are refused; recursion is not. */
#include "schema_fixture.h"

static void refuses_loops_in_place(void **state)
{
	static const char *const schemas[] = {
		"{\"$ref\":\"#\"}",
		"{\"allOf\":[{\"$ref\":\"#\"}]}",
		"{\"anyOf\":[true,{\"not\":{\"$ref\":\"#\"}}]}",
		"{\"if\":true,\"then\":{\"$ref\":\"#\"}}",
		"{\"if\":true,\"else\":{\"$ref\":\"#\"}}",
		"{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}",
		"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{\"b\":{\"$ref\":\"#/"
		"$defs/c\"},"
		"\"c\":{\"$ref\":\"#/$defs/b\"}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		const char *why = NULL;

		if (compiled(schemas[i], &why) != NULL)
			fail_msg("%s is taken", schemas[i]);
		assert_non_null(strstr(why, "without end"));
	}
}

static void takes_recursion_into_the_value(void **state)
{
	static const char *const schemas[] = {
		"{\"items\":{\"$ref\":\"#\"}}",
		"{\"allOf\":[{\"properties\":{\"a\":{\"$ref\":\"#\"}}}]}",
		"{\"additionalProperties\":{\"$ref\":\"#\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		const char *why = NULL;

		assert_non_null(compiled(schemas[i], &why));
	}
}

RUN(cmocka_unit_test(refuses_loops_in_place), cmocka_unit_test(takes_recursion_into_the_value))
