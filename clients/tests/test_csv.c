/* CSV read as record systems write it, and written so that it can be read again. */
#include "../../tests/unit/cmocka_all.h"

#include "lib/csv.h"
#include "workplace.h"

/* The whole file as "a|b\nc|d\n", or the reason after "!". */
static const char *read_all(struct workplace *w, const char *bytes, char delimiter, bool windows)
{
	struct csv c = {.delimiter = delimiter, .windows = windows};
	struct csv_record row;
	const char *why;
	struct text out;

	workplace_write(w, "in.csv", bytes);
	c.in = fopen(workplace_path(w, "in.csv"), "re");
	text_init(&out, w->arena);
	while (csv_next(&c, w->arena, &row, &why)) {
		for (size_t i = 0; i < row.count; i++)
			text_printf(&out, "%s%s", i > 0 ? "|" : "", row.fields[i]);
		text_add(&out, "\n");
	}
	fclose(c.in);
	return why != NULL ? arena_printf(w->arena, "!%s", why) : out.bytes;
}

static void test_reads(void **state)
{
	static const struct {
		const char *bytes, *read;
		char delimiter;
		bool windows;
	} cases[] = {
		{"a;b\r\nc;d\r\n", "a|b\nc|d\n", ';', false},
		{"\xef\xbb\xbf"
		 "a;b\nc;d",
		 "a|b\nc|d\n", ';', false},
		{"a,b\n\n\nc,\n", "a|b\nc|\n", ',', false},
		{"\"a;\"\"x\"\"\";\"line\nbreak\"\n", "a;\"x\"|line\nbreak\n", ';', false},
		{"a\tb\n", "a|b\n", '\t', false},
		{"\xc5s;b\xf8 \x80\n", "Ås|bø €\n", ';', true},
		{"", "", ';', false},
		{"\n\n", "", ';', false},
		{";\n", "|\n", ';', false},
		{"a;\"b\n", "!record 1 is not CSV in the file's encoding", ';', false},
		{"a\n\xc5s\n", "!record 2 is not CSV in the file's encoding", ';', false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			read_all(*state, cases[i].bytes, cases[i].delimiter, cases[i].windows),
			cases[i].read);
}

static void test_limits(void **state)
{
	struct workplace *w = *state;
	char *wide = arena_alloc(w->arena, CSV_RECORD_MAX + 10);

	memset(wide, 'x', CSV_RECORD_MAX + 5);
	assert_int_equal(read_all(w, wide, ';', false)[0], '!');
	memset(wide, ';', CSV_FIELDS_MAX + 5);
	wide[CSV_FIELDS_MAX + 5] = '\0';
	assert_int_equal(read_all(w, wide, ';', false)[0], '!');
}

static void test_writes(void **state)
{
	struct workplace *w = *state;
	struct text plain, shown;

	text_init(&plain, w->arena);
	csv_add(&plain, ';', "+47");
	csv_add(&plain, ';', "a;b");
	csv_add(&plain, ';', "say \"x\"");
	csv_add(&plain, ';', "");
	assert_string_equal(plain.bytes, "+47;\"a;b\";\"say \"\"x\"\"\";");
	text_init(&shown, w->arena);
	csv_add_shown(&shown, ';', "=1+1");
	csv_add_shown(&shown, ';', "plain");
	assert_string_equal(shown.bytes, "\"'=1+1\";plain");
	assert_string_equal(read_all(w, plain.bytes, ';', false), "+47|a;b|say \"x\"|\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_writes),
	};

	return cmocka_run_group_tests(tests, workplace_setup, workplace_teardown);
}
