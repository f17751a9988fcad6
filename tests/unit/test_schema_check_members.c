/* Checks inside arrays and objects: all faults at once, each with its own pointer. */
#include "schema_fixture.h"

static void points_at_each_fault(void **state)
{
	static const struct schema_case cases[] = {
		{"{\"required\":[\"a\",\"b\"]}", "{}", "/a required, /b required"},
		{"{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"string\"}}}",
		 "{\"a\":1,\"b\":2}", "/a type, /b type"},
		{"{\"properties\":{\"a\":true},\"additionalProperties\":false}",
		 "{\"a\":1,\"c\":2}", "/c additional_properties"},
		{"{\"patternProperties\":{\"^x\":{\"type\":\"null\"}},\"additionalProperties\":"
		 "false}",
		 "{\"x\":1}", "/x type"},
		{"{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1}", "/ab property_names"},
		{"{\"items\":{\"items\":{\"type\":\"string\"}}}", "[[\"a\"],[\"b\",3]]",
		 "/1/1 type"},
		{"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[1,2]",
		 "/0 type, /1 not_allowed"},
		{"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", "/b dependent_required"},
		{"{\"contains\":{\"const\":1},\"minContains\":2}", "[1]", " contains"},
		{"{\"minItems\":1,\"uniqueItems\":true}", "[]", " min_items"},
		{"{\"maxProperties\":1,\"minProperties\":1}", "{\"a\":1,\"b\":2}",
		 " max_properties"},
		{"{\"properties\":{\"a/b\":{\"properties\":{\"c~d\":false}}}}",
		 "{\"a/b\":{\"c~d\":1}}", "/a~1b/c~0d not_allowed"},
	};

	(void)state;
	EXPECT_FAULTS(cases);
}

static void finds_twins_among_many(void **state)
{
	const char *why = NULL;
	struct schema *s = compiled("{\"uniqueItems\":true}", &why);
	struct faults faults = {.arena = arena};
	json_t *list = json_array();

	(void)state;
	for (int i = 0; i < 100000; i++)
		json_array_append_new(list, json_integer(i));
	assert_true(schema_validate(s, list, &faults, NULL));
	json_array_append_new(list, json_real(5.0));
	assert_false(schema_validate(s, list, &faults, NULL));
	json_decref(list);
}

RUN(cmocka_unit_test(points_at_each_fault), cmocka_unit_test(finds_twins_among_many))
