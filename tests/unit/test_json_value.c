/* Comparing JSON values by what they mean, and counting depth before parsing. */
#include "schema_fixture.h"

#include "contract/json_value.h"

static void compares_by_meaning(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"1", "1.0", true},
		{"-0.0", "0", true},
		{"1", "true", false},
		{"9007199254740993", "9007199254740992.0", false},
		{"\"a\\u0000b\"", "\"a\\u0000c\"", false},
		{"{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true},
		{"{\"a\":1}", "{\"b\":1}", false},
		{"[1,2]", "[2,1]", false},
		{"null", "false", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const json_t *a = parsed(cases[i].a), *b = parsed(cases[i].b);

		assert_int_equal(json_same(a, b), cases[i].same);
		if (cases[i].same)
			assert_true(json_hash(a) == json_hash(b));
	}
}

static void counts_code_points(void **state)
{
	(void)state;
	assert_int_equal(json_code_points(parsed("\"a\\u00e5\\ud83d\\ude00\"")), 3);
	assert_int_equal(json_code_points(parsed("\"\"")), 0);
}

static bool fits(const char *text)
{
	return json_fits_depth(text, strlen(text), 2);
}

static void counts_open_brackets(void **state)
{
	(void)state;
	assert_true(fits("[[]]"));
	assert_false(fits("[[[]]]"));
	assert_false(fits("{\"a\":[{"));
	assert_true(fits("[\"[[[\\\"[[[\"]"));
	assert_true(fits("[[],[],[]]"));
	assert_true(fits("\"\\"));
}

RUN(cmocka_unit_test(compares_by_meaning), cmocka_unit_test(counts_code_points),
    cmocka_unit_test(counts_open_brackets))
