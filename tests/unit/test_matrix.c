/* The access matrix asked cell by cell, against the text of the same matrix. */
#include "arena_fixture.h"
#include "contract_fixture.h"

#include "domain/matrix.h"

static struct contract contract;
static const struct matrix *matrix;
static size_t asked;

static int load(void **state)
{
	const char *why = NULL;

	arena_begin(state);
	embedded_document(arena, &contract);
	matrix = matrix_load(arena, &contract, &why);
	return matrix == NULL;
}

static const json_t *part(const char *name, const char *member)
{
	const json_t *whole = json_object_get(contract.document, "x-access-matrix");

	return json_object_get(json_object_get(whole, name), member);
}

static bool listed(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), name) == 0)
			return true;
	return false;
}

/* The level that the cell's text gives to the action: a letter, or NUL for none. */
static char wanted_level(const json_t *row, const char *column, enum matrix_action action)
{
	const char *cell =
		json_string_value(json_object_get(json_object_get(row, "cells"), column));
	const char *then = cell == NULL ? NULL : strstr(cell, "then ");
	const json_t *create = json_object_get(row, "create");

	if (cell == NULL)
		return '\0';
	if (action == MATRIX_CREATE)
		return *cell == 'W' && (create == NULL || listed(create, column)) ? 'W' : '\0';

	char lasting = then == NULL ? *cell : then[5];

	if (action == MATRIX_WRITE)
		return lasting == 'W' ? 'W' : '\0';
	return action == MATRIX_SEARCH && lasting == 'S' ? '\0' : lasting;
}

/* A purpose that both the column and the group of the row allow, breaking the glass aside. */
static const char *fitting_purpose(const char *column, const json_t *row)
{
	const char *group = json_string_value(json_object_get(row, "group"));
	const json_t *of_group = json_object_get(part("groups", group), "purposes");
	const json_t *of_column = part("column_purposes", column);

	for (size_t i = 0; i < json_array_size(of_column); i++) {
		const char *purpose = json_string_value(json_array_get(of_column, i));

		if (strcmp(purpose, "BTG") != 0 && listed(of_group, purpose))
			return purpose;
	}
	return NULL;
}

static void ask_cell(struct matrix_question *q, const json_t *row, const char *column)
{
	for (int action = MATRIX_READ; action <= MATRIX_CREATE; action++) {
		char wanted = wanted_level(row, column, (enum matrix_action)action);

		q->action = (enum matrix_action)action;
		q->purpose = fitting_purpose(column, row);

		struct matrix_answer answer = matrix_ask(matrix, q);

		asked++;
		if (*answer.level != wanted)
			fail_msg("%s %s, %s, action %d: '%s' is not '%c'", q->agency_type, column,
				 q->resource, action, answer.level, wanted);
		assert_int_equal(answer.verdict, wanted == '\0' ? MATRIX_NO_CELL : MATRIX_PERMIT);
		if (wanted == '\0')
			assert_string_equal(answer.code, "forbidden");
	}
}

static void ask_rows(struct matrix_question *q, const char *column)
{
	const json_t *whole = json_object_get(contract.document, "x-access-matrix");
	const char *resource;
	json_t *row;

	json_object_foreach(json_object_get(whole, "resources"), resource, row)
	{
		q->resource = resource;
		ask_cell(q, row, column);
	}
}

static void agrees_with_every_cell(void **state)
{
	const json_t *whole = json_object_get(contract.document, "x-access-matrix");
	const char *type, *role;
	json_t *agency, *columns;

	(void)state;
	json_object_foreach(json_object_get(whole, "agency_types"), type, agency)
	{
		json_object_foreach(json_object_get(agency, "roles"), role, columns)
		{
			for (size_t i = 0; i < json_array_size(columns); i++) {
				struct matrix_question q = {.agency_type = type, .role = role};

				q.health_personnel = i == 0;
				ask_rows(&q, json_string_value(json_array_get(columns, i)));
			}
		}
	}
	print_message("%zu questions\n", asked);
}

static enum matrix_verdict ask(const char *type, const char *role, const char *resource,
			       const char *purpose, enum matrix_action action)
{
	const struct matrix_question q = {
		.agency_type = type,
		.role = role,
		.health_personnel = true,
		.purpose = purpose,
		.resource = resource,
		.action = action,
	};

	return matrix_ask(matrix, &q).verdict;
}

static void knows_which_roles_an_agency_has(void **state)
{
	(void)state;
	assert_int_equal(ask("POLICE", "MH", "me", "TREAT", MATRIX_READ), MATRIX_NO_ROLE);
	assert_int_equal(ask("NAV", "DPS", "me", "TREAT", MATRIX_READ), MATRIX_NO_ROLE);
	assert_int_equal(ask("DPS", "PT", "me", "SELF", MATRIX_READ), MATRIX_NO_ROLE);
	assert_int_equal(ask("CHURCH", "TM", "me", "TREAT", MATRIX_READ), MATRIX_NO_ROLE);
	assert_int_equal(ask(NULL, NULL, "me", NULL, MATRIX_READ), MATRIX_NO_ROLE);
	assert_int_equal(ask("CITIZEN", "PT", "me", "SELF", MATRIX_READ), MATRIX_PERMIT);
	assert_int_equal(ask("DPS", "DPS", "nothing", "TREAT", MATRIX_READ), MATRIX_NO_CELL);
}

static void asks_for_the_purpose(void **state)
{
	(void)state;
	assert_int_equal(ask("DPS", "DPS", "patients", NULL, MATRIX_READ), MATRIX_NO_PURPOSE);
	assert_int_equal(ask("DPS", "DPS", "patients", "STAT", MATRIX_READ), MATRIX_NO_PURPOSE);
	assert_int_equal(ask("NAV", "NAV", "patients", "TREAT", MATRIX_READ), MATRIX_NO_PURPOSE);
	assert_int_equal(ask("NAV", "NAV", "patients", "COC", MATRIX_READ), MATRIX_PERMIT);
	assert_int_equal(ask("DPS", "DPS", "me", NULL, MATRIX_READ), MATRIX_PERMIT);
	assert_int_equal(ask("DPS", "SA", "patients", "ADMIN", MATRIX_READ), MATRIX_NO_CELL);
}

static void opens_behind_the_glass_what_has_the_letter(void **state)
{
	(void)state;
	assert_int_equal(ask("DPS", "DPS", "crisis-plans", "BTG", MATRIX_READ), MATRIX_PERMIT);
	assert_int_equal(ask("DPS", "DPS", "crisis-plans", "BTG", MATRIX_WRITE), MATRIX_NO_PURPOSE);
	assert_int_equal(ask("DPS", "DPS", "life-situations", "BTG", MATRIX_READ),
			 MATRIX_NO_PURPOSE);
	assert_int_equal(ask("DPS", "DPS", "emergency-accesses", "BTG", MATRIX_CREATE),
			 MATRIX_PERMIT);
	assert_int_equal(ask("DPS", "PV", "emergency-accesses", "ADMIN", MATRIX_CREATE),
			 MATRIX_NO_CELL);
	assert_int_equal(ask("DPS", "PV", "emergency-accesses", "ADMIN", MATRIX_WRITE),
			 MATRIX_PERMIT);
}

static void opens_numbers_by_their_own_row(void **state)
{
	struct matrix_question q = {.agency_type = "DPS",
				    .role = "TM",
				    .health_personnel = true,
				    .purpose = "TREAT",
				    .resource = "patients"};

	(void)state;
	assert_true(matrix_ask(matrix, &q).number_open);
	q.health_personnel = false;
	assert_int_equal(matrix_ask(matrix, &q).verdict, MATRIX_PERMIT);
	assert_false(matrix_ask(matrix, &q).number_open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_every_cell),
		cmocka_unit_test(knows_which_roles_an_agency_has),
		cmocka_unit_test(asks_for_the_purpose),
		cmocka_unit_test(opens_behind_the_glass_what_has_the_letter),
		cmocka_unit_test(opens_numbers_by_their_own_row),
	};

	return cmocka_run_group_tests(tests, load, arena_end);
}
