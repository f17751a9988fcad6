/* api/permit: the matrix is asked with this request's caller, purpose and operation. */
#include "api_fixture.h"

#include "api/room.h"

static void asks_the_matrix(void **state)
{
	static const struct {
		const char *method, *target, *agency, *role, *purpose;
		const char *code; /* NULL: permitted */
	} rows[] = {
		{"GET", "/api/v1/things", "MUNICIPALITY", "MH", "TREAT", NULL},
		{"GET", "/api/v1/things", "MUNICIPALITY", "MH", "STAT", "purpose_not_allowed"},
		{"GET", "/api/v1/things", "MUNICIPALITY", "MH", NULL, "purpose_not_allowed"},
		{"GET", "/api/v1/things", "MUNICIPALITY", "XX", "TREAT", "unknown_role"},
		{"GET", "/api/v1/things", "POLICE", "MH", "TREAT", "unknown_role"},
		{"GET", "/api/v1/things", "NONE", "MH", "TREAT", "unknown_role"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(rows[i].method, rows[i].target);
		struct principal p = {.agency_type = rows[i].agency,
				      .role = rows[i].role,
				      .is_health_personnel = true};

		assert_true(route(r));
		r->principal = &p;
		r->purpose = rows[i].purpose;

		const char *code = permit(r);

		if (rows[i].code == NULL)
			assert_null(code);
		else
			assert_string_equal(code, rows[i].code);
		assert_string_equal(r->access.resource, "tasks");
		r->principal = NULL;
		fixture_end(r);
	}
}

static void fills_in_what_gate_and_policies_read(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");
	struct principal p = {
		.agency_type = "MUNICIPALITY", .role = "MH", .is_health_personnel = true};

	(void)state;
	assert_true(route(r));
	r->principal = &p;
	r->purpose = "TREAT";
	assert_null(permit(r));
	assert_true(strlen(r->access.cell) == 1 && strchr("WRS", *r->access.cell) != NULL);
	assert_non_null(r->access.gates);
	assert_true(strcmp(r->access.number, "open") == 0 || strcmp(r->access.number, "mask") == 0);
	/* refused, nothing is left of a cell */
	r->purpose = "STAT";
	assert_non_null(permit(r));
	assert_string_equal(r->access.cell, "");
	assert_string_equal(r->access.number, "mask");
	r->principal = NULL;
	fixture_end(r);
}

static void asks_each_of_several_rows(void **state)
{
	static const struct {
		const char *agency, *role, *purpose;
		const char *code, *resource, *cells;
	} rows[] = {
		{"MUNICIPALITY", "KO", "TREAT", NULL, "individual-plans",
		 "{\"individual-plans\":{\"level\":\"S\",\"gates\":\"h\",\"category\":\"PLAN\","
		 "\"number\":\"open\"},"
		 "\"crisis-plans\":{\"level\":\"R\",\"gates\":\"hb\",\"category\":\"PLAN\","
		 "\"number\":\"open\"}}"},
		/* what only one row gives is enough, and the log names that row */
		{"MUNICIPALITY", "KO", "BTG", NULL, "crisis-plans",
		 "{\"crisis-plans\":{\"level\":\"R\",\"gates\":\"hb\",\"category\":\"PLAN\","
		 "\"number\":\"mask\"}}"},
		{"NAV", "NAV", "TREAT", "purpose_not_allowed", "individual-plans", "{}"},
		{"POLICE", "PO", "COC", "forbidden", "individual-plans", "{}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", "/api/v1/pages");
		struct principal p = {.agency_type = rows[i].agency,
				      .role = rows[i].role,
				      .is_health_personnel = true};

		assert_true(route(r));
		r->principal = &p;
		r->purpose = rows[i].purpose;

		const char *code = permit(r);

		assert_int_equal(code == NULL, rows[i].code == NULL);
		if (code != NULL)
			assert_string_equal(code, rows[i].code);
		assert_string_equal(r->access.resource, rows[i].resource);
		assert_string_equal(r->access.cells, rows[i].cells);
		r->principal = NULL;
		fixture_end(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_the_matrix),
		cmocka_unit_test(fills_in_what_gate_and_policies_read),
		cmocka_unit_test(asks_each_of_several_rows),
	};

	return cmocka_run_group_tests_name("permit", tests, fixture_start, fixture_stop);
}
