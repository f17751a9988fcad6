/* db/scan: which colons begin a parameter, and what they become. */
#include "arena_fixture.h"

#include <stdio.h>
#include <string.h>

#include "db/scan.h"

static const struct {
	const char *in, *out;
	size_t count;
} rows[] = {
	{"", "", 0},
	{"select 1", "select 1", 0},
	{":a", "$1", 1},
	{"select :path.id::uuid", "select $1::uuid", 1},
	{":a :b :a", "$1 $2 $1", 2},
	{":a, :ab, :a.b, :a_b1", "$1, $2, $3, $4", 4},
	{"(:body::jsonb)->>'x'", "($1::jsonb)->>'x'", 1},
	{"a::text::jsonb", "a::text::jsonb", 0},
	{":::a", "::$1", 1},
	{"::a :a", "::a $1", 1},
	/* what does not begin with a lower case letter is no name */
	{"a := 1, : :A :1 :_x", "a := 1, : :A :1 :_x", 0},
	{"x[1:2]", "x[1:2]", 0},
	/* quotes */
	{"':a'", "':a'", 0},
	{"'it''s :a' :b", "'it''s :a' $1", 1},
	{"'' :a ''", "'' $1 ''", 1},
	{"\":a\" :a", "\":a\" $1", 1},
	{"\"x\"\":a\"", "\"x\"\":a\"", 0},
	{"'\\' :a", "'\\' $1", 1},
	{"' \" ' :a ' \" '", "' \" ' $1 ' \" '", 1},
	/* comments */
	{"-- :a\n:b", "-- :a\n$1", 1},
	{"-- it's\n:b", "-- it's\n$1", 1},
	{"-- to the end :a", "-- to the end :a", 0},
	{"1 - :a - -:b", "1 - $1 - -$2", 2},
	{"/* :a */ :b", "/* :a */ $1", 1},
	{"/* ' */ :b", "/* ' */ $1", 1},
	{"/* /* :a */ :b */ :c", "/* /* :a */ :b */ $1", 1},
	{"/*/ :a */ :b", "/*/ :a */ $1", 1},
	{"/**/:a", "/**/$1", 1},
	{"4 / :a * :b", "4 / $1 * $2", 2},
	/* dollar quotes */
	{"$$ :a $$ :b", "$$ :a $$ $1", 1},
	{"$x$ :a $$ :b $x$ :c", "$x$ :a $$ :b $x$ $1", 1},
	{"$x$ $y$ :a $x$ :b", "$x$ $y$ :a $x$ $1", 1},
	{"$$'$$ :a $$'$$", "$$'$$ $1 $$'$$", 1},
	{"$1 :a $2", "$1 $1 $2", 1},
	{"$ :a", "$ $1", 1},
};

static void replaces_names_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scanned found;

		if (!scan_parameters(arena, rows[i].in, &found))
			fail_msg("'%s' is refused", rows[i].in);
		assert_string_equal(found.sql, rows[i].out);
		assert_int_equal(found.count, rows[i].count);
	}
}

static void names_are_in_order_of_appearance(void **state)
{
	struct scanned found;

	(void)state;
	assert_true(scan_parameters(arena, ":b :a.x '::' :b :c", &found));
	assert_int_equal(found.count, 3);
	assert_string_equal(found.names[0], "b");
	assert_string_equal(found.names[1], "a.x");
	assert_string_equal(found.names[2], "c");
}

static void refuses_what_does_not_end(void **state)
{
	static const char *const bad[] = {"'",	 "'a",	      "'a''", "\"a",	 "/* a",
					  "/*/", "/* /* */ ", "$$ a", "$x$ $X$", "$x$ $xy$ $$"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct scanned found;

		if (scan_parameters(arena, bad[i], &found))
			fail_msg("'%s' is taken", bad[i]);
	}
}

/* SQL with `count` names, ":p0 :p1 …", each twice. */
static const char *many(struct arena *a, int count)
{
	char *sql = arena_dup(a, "");

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < count; i++)
			sql = arena_printf(a, "%s:p%d ", sql, i);
	return sql;
}

static void takes_sixty_four_names(void **state)
{
	struct scanned found;

	(void)state;
	assert_true(scan_parameters(arena, many(arena, 64), &found));
	assert_int_equal(found.count, 64);
	assert_non_null(strstr(found.sql, "$9 $10 $11 "));
	assert_non_null(strstr(found.sql, "$64 $1 $2 "));
	assert_string_equal(found.names[63], "p63");
	assert_false(scan_parameters(arena, many(arena, 65), &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_names_alone),
		cmocka_unit_test(names_are_in_order_of_appearance),
		cmocka_unit_test(refuses_what_does_not_end),
		cmocka_unit_test(takes_sixty_four_names),
	};

	return cmocka_run_group_tests_name("scan", tests, arena_begin, arena_end);
}
