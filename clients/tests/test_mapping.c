/* A record system's columns and words become the import's. */
#include "../../tests/unit/cmocka_all.h"

#include <string.h>

#include "lib/scan.h"
#include "municipality/mapping.h"

static const struct setting_spec specs[] = {
	{.name = "contacts.columns.*"},
	{.name = "contacts.values.*"},
	{.name = NULL},
};

static struct settings settings(struct arena *a, const char *text)
{
	struct settings s = {.path = "test.conf", .specs = specs};
	const char *why;

	assert_true(settings_parse(a, arena_dup(a, text), &s, &why));
	return s;
}

static struct csv_record record(struct arena *a, const char *line)
{
	struct csv_record r = {.fields = arena_alloc(a, 16 * sizeof(char *))};
	char *rest = arena_dup(a, line), *field;

	while ((field = strsep(&rest, "|")) != NULL)
		r.fields[r.count++] = field;
	return r;
}

static void test_maps(void **state)
{
	static const char text[] =
		"[contacts.columns]\nsource_system = 'PROFIL'\nsource_id = Nr\nstarted_at = Dato + "
		"Klokke\n"
		"minutes = Varighet\nplace = Sted\nrated_on = Dato\nnote = Merknad\n"
		"[contacts.values.place]\nHjemme = HOME\nPå tur ute = PUBLIC\n";
	static const struct {
		const char *row, *line;
	} cases[] = {
		{"7|31.12.2026|14:05|1:30|Hjemme|",
		 "PROFIL;7;2026-12-31T14:05:00;90;HOME;2026-12-31;"},
		{"8|1.2.2026|9.05|45|På tur ute|a;b",
		 "PROFIL;8;2026-02-01T09:05:00;45;PUBLIC;2026-02-01;\"a;b\""},
		{"9|2026-02-01|14:05|x|Annet|+1",
		 "PROFIL;9;2026-02-01T14:05:00;x;Annet;2026-02-01;+1"},
		{"10|01.02.2026||0:05", "PROFIL;10;2026-02-01;5;;2026-02-01;"},
		{"11|1.2.26|14:05||", "PROFIL;11;1.2.26 14:05;;;1.2.26;"},
	};
	struct arena *a = arena_new(4 << 20);
	struct settings s = settings(a, text);
	struct csv_record header = record(a, "Nr|Dato|Klokke|Varighet|Sted|Merknad|Uvedkommende");
	const char *why;
	struct mapping *m = mapping_read(a, &s, "contacts", &why);

	(void)state;
	assert_non_null(m);
	assert_true(mapping_bind(m, a, &header, &why));
	assert_string_equal(mapping_header(m, a),
			    "source_system;source_id;started_at;minutes;place;rated_on;note");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct csv_record row = record(a, cases[i].row);

		assert_string_equal(mapping_line(m, a, &row), cases[i].line);
	}
	arena_free(a);
}

static void test_refuses(void **state)
{
	static const struct {
		const char *columns, *why;
	} cases[] = {
		{"x = A + B\n", "no column 'B'"},
		{"x = A +\n", "neither a column nor a 'value'"},
		{"x =\n", "neither a column nor a 'value'"},
		{"", "[contacts.columns] is empty"},
	};
	struct arena *a = arena_new(4 << 20);
	struct csv_record header = record(a, "A|C");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct settings s =
			settings(a, arena_printf(a, "[contacts.columns]\n%s", cases[i].columns));
		const char *why = NULL;
		struct mapping *m = mapping_read(a, &s, "contacts", &why);

		assert_false(m != NULL && mapping_bind(m, a, &header, &why));
		assert_non_null(strstr(why, cases[i].why));
	}
	arena_free(a);
}

static void test_scans(void **state)
{
	static const struct {
		const char *text;
		bool date;
	} cases[] = {
		{"2026-03-01", true},  {"2026-03-01T", true}, {"2026-13-01", false},
		{"2026-3-1", false},   {"2026-03-32", false}, {"2026-00-01", false},
		{"01.03.2026", false}, {"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *at = cases[i].text;
		unsigned year, month, day;

		assert_int_equal(scan_date(&at, &year, &month, &day), cases[i].date);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_scans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
