/* Checks of single values: which fault, where, and that nothing of the value is repeated. */
#include "schema_fixture.h"

static void names_each_broken_rule(void **state)
{
	static const struct schema_case cases[] = {
		{"{\"type\":\"string\"}", "1", " type"},
		{"{\"type\":[\"string\",\"null\"]}", "null", ""},
		{"{\"type\":\"integer\"}", "1.0", ""},
		{"{\"enum\":[\"A\",1]}", "1.0", ""},
		{"{\"enum\":[\"A\",1]}", "\"B\"", " enum"},
		{"{\"const\":{\"a\":[1]}}", "{\"a\":[1.0]}", ""},
		{"{\"minimum\":1,\"multipleOf\":2}", "-1", " minimum,  multiple_of"},
		{"{\"exclusiveMinimum\":1}", "1", " exclusive_minimum"},
		{"{\"exclusiveMaximum\":1}", "1", " exclusive_maximum"},
		{"{\"maximum\":9007199254740993}", "9007199254740993", ""},
		{"{\"minLength\":2}", "\"\xf0\x9f\x98\x80\"", " min_length"},
		{"{\"maxLength\":1}", "\"\xf0\x9f\x98\x80\"", ""},
		{"{\"format\":\"uuid\"}", "\"x\"", " format"},
	};

	(void)state;
	EXPECT_FAULTS(cases);
}

static void looks_at_lengths_before_patterns(void **state)
{
	static const struct schema_case cases[] = {
		{"{\"pattern\":\"^a\",\"maxLength\":2}", "\"bbb\"", " max_length"},
		{"{\"pattern\":\"^a\",\"maxLength\":2}", "\"b\"", " pattern"},
		{"{\"pattern\":\"^a\",\"type\":\"integer\"}", "\"b\"", " type"},
	};

	(void)state;
	EXPECT_FAULTS(cases);
}

static void never_repeats_the_value(void **state)
{
	const char *why = NULL;
	struct schema *s = compiled("{\"enum\":[\"A\",\"B\"]}", &why);
	struct faults faults = {.arena = arena};

	(void)state;
	assert_false(schema_validate(s, parsed("\"secret\""), &faults, NULL));
	assert_string_equal(faults.list[0].detail, "must be one of A, B");
}

RUN(cmocka_unit_test(names_each_broken_rule), cmocka_unit_test(looks_at_lengths_before_patterns),
    cmocka_unit_test(never_repeats_the_value))
