/* Widths in cells, shortening, and text that must not steer the terminal. */
#include "../../tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "lib/table.h"

enum { MEMORY = 1 << 24 };

static void test_widths(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"Øvre Eiker", 10},
		{"a\xcc\x8a", 1},
		{"日本", 4},
		{"\xf0\x9f\x98\x80", 2},
		{"\xff", 1},
		{"\xc3", 1},
		{"e\xe2\x80\x8d", 1},
		{"č–…", 3},
		{"\xed\x95\x9c\xea", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(table_width(cases[i].text), cases[i].width);
}

static void test_clean(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	assert_string_equal(table_clean(a, "a\x1b[2Jb\r\nc\x7f"), "a [2Jb  c ");
	assert_string_equal(table_clean(a, "\xc2\x9b"
					   "31m"),
			    " 31m");
	assert_string_equal(table_clean(a, "x\xe2\x80\xaey"), "x y");
	assert_string_equal(table_clean(a, "\xff"
					   "blå"),
			    " blå");
	arena_free(a);
}

static char *printed(const struct table *t, size_t width)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	table_print(t, out, width);
	fclose(out);
	return text;
}

static void test_print(void **state)
{
	static const char *const headings[] = {"id", "navn", "by"};
	static const char *const one[] = {"1", "Åse", "Lier"};
	static const char *const two[] = {"22", "Kåre Langnavn Nordmann", "Drammen"};
	struct arena *a = arena_new(MEMORY);
	struct table t;
	char *text;

	(void)state;
	table_init(&t, a, headings, 3);
	table_add(&t, one);
	table_add(&t, two);
	text = printed(&t, 0);
	assert_string_equal(text, "id  navn                    by\n"
				  "1   Åse                     Lier\n"
				  "22  Kåre Langnavn Nordmann  Drammen\n");
	free(text);
	text = printed(&t, 24);
	assert_string_equal(text, "id  navn         by\n"
				  "1   Åse          Lier\n"
				  "22  Kåre Langn…  Drammen\n");
	free(text);
	arena_free(a);
}

static void test_many_rows(void **state)
{
	static const char *const headings[] = {"n"};
	struct arena *a = arena_new(MEMORY);
	struct table t;

	(void)state;
	table_init(&t, a, headings, 1);
	for (size_t i = 0; i < 1000; i++) {
		const char *cell = arena_printf(a, "%zu", i);

		table_add(&t, &cell);
	}
	assert_int_equal(t.row_count, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(strtoul(t.cells[i], NULL, 10), i);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_many_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
