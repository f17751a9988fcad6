/* Regular expressions as ECMA-262 reads them, within bounds. */
#include "schema_fixture.h"

#include "contract/schema_pattern.h"

static bool occurs(const char *pattern, const char *text)
{
	const char *why = NULL;
	struct pattern *p = pattern_compile(arena, pattern, &why);

	if (p == NULL)
		fail_msg("%s: %s", pattern, why);
	return pattern_occurs(p, text, strlen(text));
}

static void reads_as_ecma_does(void **state)
{
	(void)state;
	assert_true(occurs("^\\d+$", "123"));
	assert_false(occurs("^a$", "a\n"));
	assert_true(occurs("^\\v$", "\v"));
	assert_true(occurs("^[\\s-]+$", "\u00a0-"));
	assert_true(occurs("^[[]$", "["));
	assert_true(occurs("^\\p{Letter}$", "å"));
	assert_true(occurs("^\\p{Script=Greek}$", "α"));
	assert_true(occurs("^\\u00e5\\u{1f600}$", "å\U0001f600"));
	assert_true(occurs("(?<year>\\d{4})-\\k<year>", "2026-2026"));
	assert_false(occurs("[]", "a"));
	assert_true(occurs("^[^]$", "\n"));
}

static void compiles_each_once_in_a_set(void **state)
{
	struct pattern_set *set = pattern_set_new(arena);
	const char *why = NULL;
	const struct pattern *a = pattern_set_compile(set, "^a$", &why);

	(void)state;
	assert_non_null(a);
	assert_ptr_not_equal(pattern_set_compile(set, "^b$", &why), a);
	assert_ptr_equal(pattern_set_compile(set, "^a$", &why), a);
	assert_null(pattern_set_compile(set, "(", &why));
	assert_non_null(why);
}

static void refuses_what_only_pcre_knows(void **state)
{
	static const char *const patterns[] = {"\\A",	  "\\Qa\\E", "(?i)a", "(?>a)",
					       "(*FAIL)", "\\R",     "[\\S]", "(",
					       "\\p",	  "\\pL",    "a\\",   "(?P<a>b)"};

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (pattern_is_valid(patterns[i], strlen(patterns[i])))
			fail_msg("%s is taken", patterns[i]);
	assert_false(pattern_is_valid("a\0b", 3));
}

static void gives_up_in_bounded_time(void **state)
{
	char text[64];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(occurs("^(a+)+$x", text));
	assert_false(occurs("^(?:a|a)*b", text));
	assert_false(occurs("a", "\xff"));
}

static void bounds_the_length_of_patterns(void **state)
{
	char *long_one = arena_alloc(arena, 8192);
	const char *why = NULL;

	(void)state;
	memset(long_one, 'a', 8000);
	assert_null(pattern_compile(arena, long_one, &why));
	assert_string_equal(why, "is too long");
}

RUN(cmocka_unit_test(reads_as_ecma_does), cmocka_unit_test(compiles_each_once_in_a_set),
    cmocka_unit_test(refuses_what_only_pcre_knows), cmocka_unit_test(gives_up_in_bounded_time),
    cmocka_unit_test(bounds_the_length_of_patterns))
