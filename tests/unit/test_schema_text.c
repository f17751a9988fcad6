/* Parameters' text becomes a value of the declared type, never a guessed one. */
#include "schema_fixture.h"

static bool valid(const char *schema, const char *text)
{
	const char *why = NULL;
	struct schema *s = compiled(schema, &why);
	struct faults faults = {.arena = arena};

	assert_non_null(s);
	return schema_validate_text(s, text, "limit", &faults);
}

static void coerces_by_the_declared_type(void **state)
{
	(void)state;
	assert_true(valid("{\"type\":\"integer\",\"maximum\":200}", "25"));
	assert_false(valid("{\"type\":\"integer\",\"maximum\":200}", "201"));
	assert_false(valid("{\"type\":\"integer\"}", "1e2"));
	assert_false(valid("{\"type\":\"integer\"}", "0x10"));
	assert_false(valid("{\"type\":\"integer\"}", " 1"));
	assert_false(valid("{\"type\":\"integer\"}", "01"));
	assert_false(valid("{\"type\":\"integer\"}", "99999999999999999999"));
	assert_false(valid("{\"type\":\"integer\"}", ""));
	assert_true(valid("{\"type\":\"number\"}", "-1.5"));
	assert_true(valid("{\"type\":\"boolean\"}", "true"));
	assert_false(valid("{\"type\":\"boolean\"}", "yes"));
	assert_true(valid("{\"type\":\"string\"}", "123"));
	assert_true(valid("{\"enum\":[\"123\"]}", "123"));
	assert_false(valid("{\"type\":\"string\"}", "\xff"));
}

static void takes_lists_between_commas(void **state)
{
	static const char schema[] =
		"{\"type\":\"array\",\"maxItems\":2,\"items\":{\"enum\":[\"A\",\"B\"]}}";

	(void)state;
	assert_true(valid(schema, "A,B"));
	assert_false(valid(schema, "A,B,A"));
	assert_false(valid(schema, "A,C"));
	assert_false(valid(schema, "A,"));
	assert_true(valid("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "1,2"));
}

static void follows_a_reference_to_the_type(void **state)
{
	static const char schema[] =
		"{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"integer\"}}}";

	(void)state;
	assert_true(valid(schema, "7"));
	assert_false(valid(schema, "x"));
}

static void points_at_the_parameter(void **state)
{
	const char *why = NULL;
	struct schema *s = compiled("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", &why);
	struct faults faults = {.arena = arena};

	(void)state;
	assert_false(schema_validate_text(s, "1,x", "query/ids", &faults));
	assert_string_equal(faults.list[0].pointer, "query/ids");
	assert_string_equal(faults.list[0].code, "type");
}

static void lists_what_an_object_has(void **state)
{
	static const char schema[] =
		"{\"$ref\":\"#/$defs/row\",\"$defs\":{\"at\":{\"type\":\"string\",\"format\":"
		"\"date-time\"},\"row\":{\"type\":\"object\",\"properties\":{\"nights\":{"
		"\"type\":\"integer\"},\"at\":{\"$ref\":\"#/$defs/at\"},\"any\":{\"type\":["
		"\"string\",\"null\"]}}}}}";
	struct schema_property *list;
	const char *why = NULL;

	(void)state;
	assert_int_equal(schema_properties(arena, compiled(schema, &why), &list), 3);
	assert_string_equal(list[0].name, "nights");
	assert_string_equal(list[0].type, "integer");
	assert_string_equal(list[0].format, "");
	assert_string_equal(list[1].type, "string");
	assert_string_equal(list[1].format, "date-time");
	assert_string_equal(list[2].type, "");
	assert_int_equal(schema_properties(arena, compiled("{}", &why), &list), 0);
	assert_int_equal(schema_properties(arena, NULL, &list), 0);
}

RUN(cmocka_unit_test(coerces_by_the_declared_type), cmocka_unit_test(takes_lists_between_commas),
    cmocka_unit_test(follows_a_reference_to_the_type), cmocka_unit_test(points_at_the_parameter),
    cmocka_unit_test(lists_what_an_object_has))
