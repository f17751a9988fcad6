/* db/statement: the embedded statements are read whole, and defined ones found by name. */
#include "cmocka_all.h"

#include <string.h>

#include "base/embedded.h"
#include "db/statement.h"

static struct arena *memory;

static int load(void **state)
{
	const char *why = NULL;

	(void)state;
	memory = arena_new(32 << 20);
	if (!statements_load(memory, &why))
		fail_msg("%s", why);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	arena_free(memory);
	return 0;
}

static void reads_every_block_of_every_file(void **state)
{
	size_t marks = 0;

	(void)state;
	for (const struct embedded *e = embedded_files; e->name != NULL; e++) {
		if (strncmp(e->name, "queries/", 8) != 0)
			continue;
		for (const char *s = e->data; (s = strstr(s, "-- name: ")) != NULL; s++)
			marks += s == e->data || s[-1] == '\n';
	}
	assert_true(marks > 10);
	assert_int_equal(statements_count(), marks);
}

static void finds_by_name_and_index(void **state)
{
	(void)state;
	for (size_t i = 0; i < statements_count(); i++) {
		const struct statement *s = statement_at(i);

		assert_int_equal(s->index, i);
		assert_ptr_equal(statement_find(s->name), s);
		assert_null(strstr(statement_source(s->name), "-- name: "));
		assert_in_range(s->parameter_count, 0, STATEMENT_PARAMETERS_MAX);
	}
	assert_non_null(statement_find("context"));
	assert_null(statement_find(""));
	assert_null(statement_find("contex"));
	assert_null(statement_find("contextx"));
	assert_null(statement_source("none"));
}

static void keeps_text_and_parameters(void **state)
{
	const char *sql = "select :path.id::uuid, :b, :path.id";
	const struct statement *s = statement_define(memory, "one", sql);

	(void)state;
	assert_non_null(s);
	assert_string_equal(s->sql, "select $1::uuid, $2, $1");
	assert_int_equal(s->parameter_count, 2);
	assert_string_equal(s->parameters[0], "path.id");
	assert_string_equal(s->parameters[1], "b");
	assert_string_equal(statement_source("one"), sql);
	assert_ptr_equal(statement_find("one"), s);
	assert_ptr_equal(statement_at(statements_count() - 1), s);
}

static void refuses_to_define(void **state)
{
	size_t before;

	(void)state;
	assert_non_null(statement_define(memory, "two", "select 2"));
	before = statements_count();
	assert_null(statement_define(memory, "two", "select 2"));
	assert_null(statement_define(memory, "context", "select 2"));
	assert_null(statement_define(memory, "", "select 2"));
	assert_null(statement_define(memory, "three", "select 'open"));
	assert_null(statement_find("three"));
	assert_int_equal(statements_count(), before);
}

static void has_room_for_a_bounded_number(void **state)
{
	size_t defined = 0;

	(void)state;
	while (defined < 5000 &&
	       statement_define(memory, arena_printf(memory, "n%zu", defined), "select 1") != NULL)
		defined++;
	assert_in_range(defined, 100, 1024);
	assert_non_null(statement_find("n0"));
	assert_non_null(statement_find("context"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_block_of_every_file),
		cmocka_unit_test(finds_by_name_and_index),
		cmocka_unit_test(keeps_text_and_parameters),
		cmocka_unit_test(refuses_to_define),
		cmocka_unit_test(has_room_for_a_bounded_number),
	};

	return cmocka_run_group_tests_name("statement", tests, load, unload);
}
