/* Reading the access matrix: cells, roles, groups, and that malformed ones are refused. */
#include "arena_fixture.h"
#include "contract_fixture.h"

#include "contract/access_matrix.h"

static const char good[] =
	"\"x-access-matrix\":{\"columns\":[\"TM_HEALTH\",\"TM_OTHER\",\"PO\"],"
	"\"column_purposes\":{\"TM_HEALTH\":[\"TREAT\"],\"TM_OTHER\":[],\"PO\":[\"COC\"]},"
	"\"agency_types\":{\"DPS\":{\"gate\":\"h\",\"roles\":{\"TM\":[\"TM_HEALTH\",\"TM_OTHER\"]}}"
	","
	"\"POLICE\":{\"gate\":\"c\",\"roles\":{\"PO\":[\"PO\"]}}},"
	"\"groups\":{\"person\":{\"purposes\":[\"TREAT\"],\"needs_purpose\":true,\"glass\":true}},"
	"\"resources\":{\"things\":{\"group\":\"person\",\"category\":\"IDENTITY\",\"create\":["
	"\"PO\"],"
	"\"cells\":{\"TM_HEALTH\":\"W h b\",\"PO\":\"W o then S f\"}}}}";

static void reads_all_of_a_matrix(void **state)
{
	const char *why = NULL;
	const struct matrix *m = matrix_load(arena, contract_of(arena, good), &why);

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->columns.count, 3);
	assert_int_equal(m->agencies[0].roles[0].health, 0);
	assert_int_equal(m->agencies[0].roles[0].other, 1);
	assert_int_equal(m->agencies[1].gate, 'c');

	const struct matrix_row *row = &m->rows[0];

	assert_string_equal(row->resource, "things");
	assert_string_equal(row->category, "IDENTITY");
	assert_true(row->group->glass);
	assert_int_equal(row->cells[0].level, LEVEL_WRITE);
	assert_string_equal(row->cells[0].gates, "hb");
	assert_false(row->cells[0].may_create);
	assert_int_equal(row->cells[1].level, LEVEL_NONE);
	assert_int_equal(row->cells[2].level, LEVEL_WRITE);
	assert_int_equal(row->cells[2].then, LEVEL_STATUS);
	assert_string_equal(row->cells[2].gates, "of");
	assert_true(row->cells[2].may_create);
}

static bool reads_matrix(struct arena *a, const struct contract *c, const char **why)
{
	return matrix_load(a, c, why) != NULL;
}

static void refuses_what_is_malformed(void **state)
{
	static const struct refusal rows[] = {
		{"\"W h b\"", "\"X h b\"", "no level"},
		{"\"W h b\"", "\"W z\"", "unknown letter"},
		{"then S f", "then", "no level"},
		{"\"PO\":\"W", "\"XX\":\"W", "'XX': is not a column"},
		{"\"group\":\"person\"", "\"group\":\"persons\"", "has no group"},
		{"\"gate\":\"c\"", "\"gate\":\"x\"", "gate is not"},
		{"[\"PO\"]}}}", "[\"PX\"]}}}", "'PX': is not a column"},
		{"\"TM_OTHER\":[],", "", "is not a list"},
		{0},
	};

	(void)state;
	expect_refusals(reads_matrix, good, rows);
}

static void reads_the_matrix_of_the_contract(void **state)
{
	struct contract c = {0};
	const char *why = NULL;

	(void)state;
	embedded_document(arena, &c);
	if (matrix_load(arena, &c, &why) == NULL)
		fail_msg("%s", why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_of_a_matrix),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(reads_the_matrix_of_the_contract),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
