/* api/import_shape: columns out of the contract, cells as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "import_contract.h"

static void test_columns(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const struct import_shape *s = import_test_shape(a);

	(void)state;
	assert_int_equal(s->column_count, 11);
	assert_non_null(s->schema);
	assert_int_equal(import_shape_column(s, "source_updated_at")->kind, COLUMN_TIME);
	assert_int_equal(import_shape_column(s, "nights")->kind, COLUMN_INTEGER);
	assert_int_equal(import_shape_column(s, "alone")->kind, COLUMN_BOOLEAN);
	assert_int_equal(import_shape_column(s, "ward")->kind, COLUMN_TEXT);
	assert_null(import_shape_column(s, "colour"));
	arena_free(a);
}

static const struct {
	enum column_kind kind;
	const char *text, *json;
} cells[] = {
	{COLUMN_TEXT, "12", "\"12\""},	     {COLUMN_INTEGER, "12", "12"},
	{COLUMN_INTEGER, "-3", "-3"},	     {COLUMN_INTEGER, "1.5", "\"1.5\""},
	{COLUMN_INTEGER, "-", "\"-\""},	     {COLUMN_INTEGER, "1234567890", "\"1234567890\""},
	{COLUMN_BOOLEAN, "ja", "true"},	     {COLUMN_BOOLEAN, "NEI", "false"},
	{COLUMN_BOOLEAN, "1", "true"},	     {COLUMN_BOOLEAN, "0", "false"},
	{COLUMN_BOOLEAN, "TRUE", "true"},    {COLUMN_BOOLEAN, "perhaps", "\"perhaps\""},
	{COLUMN_TIME, "12:00", "\"12:00\""},
};

static void test_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		const struct import_column column = {"x", cells[i].kind};
		json_t *value = import_shape_value(&column, cells[i].text);
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		assert_string_equal(text, cells[i].json);
		free(text);
		json_decref(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
