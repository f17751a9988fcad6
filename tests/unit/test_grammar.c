/* http/grammar: which bytes may stand where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/grammar.h"

static void classes_are_the_rfcs(void **state)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char path[] = "-._~!$&'()*+,;=:@%/0123456789abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	(void)state;
	for (int b = 0; b < 256; b++) {
		char c = (char)b;
		bool value = b == '\t' || (b >= ' ' && b != 0x7f);
		bool in_path = b != 0 && strchr(path, b) != NULL;

		assert_int_equal(grammar_all(&c, 1, GRAMMAR_TOKEN),
				 b != 0 && strchr(token, b) != NULL);
		assert_int_equal(grammar_all(&c, 1, GRAMMAR_VALUE), value);
		assert_int_equal(grammar_all(&c, 1, GRAMMAR_PATH), in_path);
		assert_int_equal(grammar_all(&c, 1, GRAMMAR_QUERY),
				 in_path || b == '?' || b == '[' || b == ']');
	}
	assert_true(grammar_all("", 0, GRAMMAR_TOKEN));
	assert_int_equal(grammar_run("0aFg", 4, GRAMMAR_HEX), 3);
}

static void knows_authorities(void **state)
{
	static const char *const good[] = {"a",	      "a.b-c_d",	 "127.0.0.1:80",
					   "a:0",     "[::1]",		 "[::1]:443",
					   "a:65535", "[::ffff:1.2.3.4]"};
	static const char *const wrong[] = {
		"",	 ":80",	 "a:",	   "a:65536",	"a:+1",	    "a:1x",
		"a b",	 "a/b",	 "u@a",	   "[::1",	"[]",	    "[::1]x",
		"[a%1]", "a%41", "[::1]:", "[1.2.3.4]", "a\xc3\xa6"};
	char name[300];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(grammar_is_authority(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(grammar_is_authority(wrong[i], strlen(wrong[i])));
	memset(name, 'a', sizeof(name));
	assert_true(grammar_is_authority(name, 255));
	assert_false(grammar_is_authority(name, 256));
	name[0] = '[';
	assert_false(grammar_is_authority(name, sizeof(name)));
}

static void knows_numbers(void **state)
{
	uint64_t n;

	(void)state;
	assert_true(grammar_number("0", 1, &n) && n == 0);
	assert_true(grammar_number("0042", 4, &n) && n == 42);
	assert_true(grammar_number("999999999999999999", 18, &n) && n == 999999999999999999u);
	assert_false(grammar_number("", 0, &n));
	assert_false(grammar_number("1 ", 2, &n));
	assert_false(grammar_number("-1", 2, &n));
	assert_false(grammar_number("1000000000000000000", 19, &n));
}

static void knows_lists(void **state)
{
	(void)state;
	assert_true(grammar_lists("close", 5, "close"));
	assert_true(grammar_lists("a ,\tClose , b", 13, "close"));
	assert_true(grammar_lists(",,close", 7, "close"));
	assert_false(grammar_lists("", 0, "close"));
	assert_false(grammar_lists("closed", 6, "close"));
	assert_false(grammar_lists("not close", 9, "close"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_are_the_rfcs),
		cmocka_unit_test(knows_authorities),
		cmocka_unit_test(knows_numbers),
		cmocka_unit_test(knows_lists),
	};

	return cmocka_run_group_tests_name("grammar", tests, NULL, NULL);
}
