/* Text out of claims: bounds, hidden characters, scopes. */
#include "arena_fixture.h"

#include <stdio.h>
#include <string.h>

#include "auth/claim_text.h"

static json_t *parse(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(json);
	return json;
}

/* The text read from a claim, "refused", or "absent". */
static const char *text_of(const char *claim, size_t max)
{
	json_t *json = parse(claim);
	const char *out;
	bool fine = claim_text(arena, json, max, &out);

	json_decref(json);
	return !fine ? "refused" : out == NULL ? "absent" : out;
}

static void test_text(void **state)
{
	static const struct {
		const char *claim, *text;
	} cases[] = {
		{"\"a b\"", "a b"},
		{"null", "absent"},
		{"\"\"", "refused"},
		{"7", "refused"},
		{"true", "refused"},
		{"[\"a\"]", "refused"},
		{"\"12345678\"", "12345678"},
		{"\"123456789\"", "refused"},
		{"\"a\\u0001\"", "refused"},
		{"\"a\\n\"", "refused"},
		{"\"a\\u007f\"", "refused"},
		{"\"\\u0085\"", "refused"},
		{"\"\\u009f\"", "refused"},
		{"\"\\u00a0\"", "\xc2\xa0"},
		{"\"\\u200b\"", "refused"},
		{"\"\\u200f\"", "refused"},
		{"\"\\u2028\"", "refused"},
		{"\"\\u202e\"", "refused"},
		{"\"\\u2066\"", "refused"},
		{"\"\\ufeff\"", "refused"},
		{"\"\\u2013\"", "\xe2\x80\x93"},
		{"\"\\u00f8\"", "\xc3\xb8"},
		{"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
	};
	const char *out = "x";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(text_of(cases[i].claim, 8), cases[i].text);
	assert_true(claim_text(arena, NULL, 8, &out));
	assert_null(out);
}

static void test_text_or_member(void **state)
{
	static const struct {
		const char *claim, *text;
	} cases[] = {
		{"\"TREAT\"", "TREAT"},
		{"{\"code\":\"TREAT\"}", "TREAT"},
		{"{\"code\":705592}", "705592"},
		{"{\"other\":1}", "absent"},
		{"{}", "absent"},
		{"{\"code\":1.5}", "refused"},
		{"{\"code\":{}}", "refused"},
		{"[]", "refused"},
		{"705592", "refused"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *json = parse(cases[i].claim);
		const char *out;
		bool fine = claim_text_or_member(arena, json, "code", &out);

		json_decref(json);
		assert_string_equal(!fine	  ? "refused"
				    : out == NULL ? "absent"
						  : out,
				    cases[i].text);
	}
}

static void test_object(void **state)
{
	static const struct {
		const char *claim, *text;
	} cases[] = {
		{"{\"a\": \"b\", \"c\": true}", "{\"a\":\"b\",\"c\":true}"},
		{"\"text\"", "text"},
		{"null", "absent"},
		{"{}", "{}"},
		{"{\"a\":1}", "refused"},
		{"{\"a\":null}", "refused"},
		{"{\"a\":{\"b\":\"c\"}}", "refused"},
		{"{\"a\\u0007\":\"b\"}", "refused"},
		{"{\"a\":\"12345678901234567890123456\"}", "refused"},
		{"[]", "refused"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *json = parse(cases[i].claim);
		const char *out;
		bool fine = claim_object(arena, json, 32, &out);

		json_decref(json);
		assert_string_equal(!fine	  ? "refused"
				    : out == NULL ? "absent"
						  : out,
				    cases[i].text);
	}
}

static void test_scope(void **state)
{
	static const struct {
		const char *claim, *text;
	} cases[] = {
		{"\"a.read b.write\"", "a.read b.write"},
		{"\"  a.read   b.write \"", "a.read b.write"},
		{"\"a\"", "a"},
		{"\"\"", ""},
		{"\"   \"", ""},
		{"null", "absent"},
		{"[]", ""},
		{"[\"a.read\",\"b.write\"]", "a.read b.write"},
		{"[\"a\"]", "a"},
		{"[\"a b\"]", "refused"},
		{"[\"\",\"a\"]", "a"},
		{"[7]", "refused"},
		{"[[\"a\"]]", "refused"},
		{"{\"a\":true}", "refused"},
		{"7", "refused"},
		{"\"a\\tb\"", "refused"},
		{"\"a\\u00a0b\"", "refused"},
		{"\"a\\\\b\"", "refused"},
		{"\"a\\\"b\"", "refused"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *json = parse(cases[i].claim);
		const char *out;
		bool fine = claim_scope(arena, json, &out);

		json_decref(json);
		assert_string_equal(!fine	  ? "refused"
				    : out == NULL ? "absent"
						  : out,
				    cases[i].text);
	}
}

static void test_scope_is_bounded(void **state)
{
	char text[3000];
	const char *out;
	json_t *json;

	(void)state;
	memset(text, 'a', sizeof(text));
	json = json_stringn(text, 2048);
	assert_true(claim_scope(arena, json, &out));
	json_decref(json);
	json = json_stringn(text, 2049);
	assert_false(claim_scope(arena, json, &out));
	json_decref(json);
	json = json_array();
	for (int i = 0; i < 1100; i++)
		json_array_append_new(json, json_string("a"));
	assert_false(claim_scope(arena, json, &out));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_or_member),
		cmocka_unit_test(test_object),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_scope_is_bounded),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
