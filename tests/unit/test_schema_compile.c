/* Compiling: references, sharing through a set, and refusals that say what and where. */
#include "schema_fixture.h"

static void refuses_by_name_and_place(void **state)
{
	static const struct schema_case cases[] = {
		{"{\"properties\":{\"a\":{\"minimun\":1}}}", "1",
		 "refused: unknown keyword 'minimun' at #/properties/a"},
		{"{\"unevaluatedProperties\":false}", "1",
		 "refused: unknown keyword 'unevaluatedProperties' at #"},
		{"{\"$ref\":\"#/$defs/b\"}", "1",
		 "refused: reference '#/$defs/b' points at nothing in this document at #"},
		{"{\"items\":[true]}", "1",
		 "refused: a schema must be an object or a boolean at #/items"},
		{"{\"format\":\"colour\"}", "1", "refused: unknown format 'colour' at #"},
		{"{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "1",
		 "refused: unknown keyword '$schema' of value "
		 "'http://json-schema.org/draft-07/schema#'"},
	};

	(void)state;
	EXPECT_FAULTS(cases);
}

static void follows_recursion_along_the_value(void **state)
{
	static const struct schema_case cases[] = {
		{"{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"additionalProperties\":false}",
		 "{\"a\":{\"a\":{\"b\":1}}}", "/a/a/b additional_properties"},
		{"{\"$ref\":\"#x\",\"$defs\":{\"y\":{\"$anchor\":\"x\",\"type\":\"null\"}}}", "1",
		 " type"},
	};

	(void)state;
	EXPECT_FAULTS(cases);
}

static void shares_within_a_set(void **state)
{
	const struct schema_source source = {
		.arena = arena,
		.root = parsed("{\"components\":{\"schemas\":{\"A\":{\"type\":\"null\"},"
			       "\"B\":{\"$ref\":\"#/components/schemas/A\"}}}}")};
	struct schema_set *set = schema_set_new(&source);
	const char *why = NULL;
	struct schema *a = schema_set_compile(set, "/components/schemas/A", &why);

	(void)state;
	assert_non_null(a);
	assert_ptr_equal(a, schema_set_compile(set, "/components/schemas/A", &why));
	assert_non_null(schema_set_compile(set, "/components/schemas/B", &why));
	assert_null(schema_set_compile(set, "/components/schemas/C", &why));
	assert_non_null(strstr(why, "#/components/schemas/C"));
}

RUN(cmocka_unit_test(refuses_by_name_and_place),
    cmocka_unit_test(follows_recursion_along_the_value), cmocka_unit_test(shares_within_a_set))
