/* base/text: decoding of escapes, and what is UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void decodes_or_refuses(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
		bool plus;
	} rows[] = {
		{"", "", false},
		{"plain", "plain", false},
		{"a%20b", "a b", false},
		{"a%2Fb%2f", "a/b/", false},
		{"a+b", "a+b", false},
		{"a+b%2B", "a b+", true},
		{"%C3%A6%c3%b8", "\xc3\xa6\xc3\xb8", false},
		{"%2e%2e", "..", false},
		{"%25", "%", false},
		{"%2525", "%25", false},
		{"%41", "A", false},
		{"%", NULL, false},
		{"%2", NULL, false},
		{"abc%4", NULL, false},
		{"%zz", NULL, false},
		{"%2g", NULL, false},
		{"%-1", NULL, false},
		{"% 2", NULL, false},
		{"%00", NULL, false},
		{"a%00b", NULL, false},
		{"%ff", NULL, false},
		{"%C3", NULL, false},
		{"%C0%AF", NULL, false},
		{"%ED%A0%80", NULL, false},
		{"%u0041", NULL, false},
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *in = rows[i].in;
		char *out = text_percent_decode(a, in, strlen(in), rows[i].plus);

		if (rows[i].out == NULL)
			assert_null(out);
		else
			assert_string_equal(out, rows[i].out);
	}
	assert_null(text_percent_decode(a, "a\0b", 3, false));
	/* an escape may not reach over the end that the caller gives */
	assert_null(text_percent_decode(a, "%41", 2, false));
	arena_free(a);
}

static void knows_utf8(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"", true},
		{"abc", true},
		{"\xc3\xa6", true},
		{"\xe2\x82\xac", true},
		{"\xf0\x9f\x98\x80", true},
		{"\xef\xbf\xbd", true},
		{"\xf4\x8f\xbf\xbf", true},
		{"\xed\x9f\xbf", true},
		{"\xee\x80\x80", true},
		{"\x80", false},
		{"\xc3", false},
		{"\xc3(", false},
		{"\xc0\x80", false},
		{"\xc1\xbf", false},
		{"\xe0\x9f\xbf", false},
		{"\xed\xa0\x80", false},
		{"\xed\xbf\xbf", false},
		{"\xf0\x8f\xbf\xbf", false},
		{"\xf4\x90\x80\x80", false},
		{"\xf5\x80\x80\x80", false},
		{"\xff", false},
		{"\xe2\x82", false},
		{"\xe2\x82(", false},
		{"\xf0\x9f\x98", false},
		{"\xf0\x9f\x98(", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(text_is_utf8(rows[i].text, strlen(rows[i].text)), rows[i].good);
	/* wherever it stands among others, which are looked at in eights */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int before = 0; before < 18; before++) {
			char line[48];
			int n = snprintf(line, sizeof(line), "%.*s%s%.*s", before,
					 "abcdefghijklmnopqr", rows[i].text, 17 - before,
					 "abcdefghijklmnopqr");

			assert_int_equal(text_is_utf8(line, (size_t)n), rows[i].good);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_or_refuses),
		cmocka_unit_test(knows_utf8),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
