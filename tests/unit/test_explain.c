/* api/explain: SQL is told what the matrix says of this caller, no more and no less. */
#include "api_fixture.h"

#include "api/explain.h"
#include "api/room.h"

static json_t *told(const char *agency, const char *role, const char *purpose)
{
	struct principal p = {.agency_type = agency, .role = role, .is_health_personnel = true};
	struct request *r = fixture_request("GET", "/api/v1/things");
	json_t *all;

	assert_true(route(r));
	r->principal = &p;
	r->purpose = purpose;
	all = json_loads(explain_matrix(r), 0, NULL);
	assert_non_null(all);
	r->principal = NULL;
	fixture_end(r);
	return all;
}

static const json_t *row_of(const json_t *all, const char *resource)
{
	const json_t *rows = json_object_get(all, "rows");

	for (size_t i = 0; i < json_array_size(rows); i++)
		if (strcmp(json_string_value(json_object_get(json_array_get(rows, i), "resource")),
			   resource) == 0)
			return json_array_get(rows, i);
	return NULL;
}

static const char *said(const json_t *row, const char *verb, const char *member)
{
	return json_string_value(json_object_get(json_object_get(row, verb), member));
}

static void tells_the_callers_cells(void **state)
{
	json_t *all = told("NAV", "NAV", "COC");

	(void)state;
	assert_string_equal(said(row_of(all, "patients"), "read", "level"), "R");
	assert_string_equal(said(row_of(all, "patients"), "read", "gates"), "cf");
	assert_string_equal(said(row_of(all, "patients"), "write", "code"), "forbidden");
	assert_string_equal(said(row_of(all, "concern-reports"), "create", "level"), "W");
	assert_string_equal(said(row_of(all, "assessments"), "read", "code"), "forbidden");
	json_decref(all);
	all = told("NAV", "NAV", "STAT");
	assert_string_equal(said(row_of(all, "patients"), "read", "code"), "purpose_not_allowed");
	json_decref(all);
}

static void leaves_out_what_is_not_about_one_person(void **state)
{
	static const char *const rows[] = {"units", "inbox", "plan-duties", "indicators"};
	json_t *all = told("DPS", "TL", "TREAT");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_null(row_of(all, rows[i]));
	assert_true(json_is_true(json_object_get(row_of(all, "tasks"), "thing")));
	assert_true(json_is_false(json_object_get(row_of(all, "contacts"), "thing")));
	json_decref(all);
}

static void tells_what_a_consent_opens(void **state)
{
	json_t *all = told("CITIZEN", "PT", "SELF");
	const json_t *cells = json_object_get(all, "consents");
	bool nav = false;

	(void)state;
	assert_true(json_array_size(cells) > 5);
	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *c = json_array_get(cells, i);

		assert_true(json_array_size(json_object_get(c, "categories")) > 0);
		nav = nav || (strcmp(json_string_value(json_object_get(c, "role")), "NAV") == 0 &&
			      strcmp(json_string_value(json_object_get(c, "resource")),
				     "life-situations") == 0 &&
			      json_array_size(json_object_get(c, "categories")) == 2);
	}
	assert_true(nav);
	json_decref(all);
}

static void is_nothing_without_a_caller(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	assert_null(explain_matrix(r));
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_callers_cells),
		cmocka_unit_test(leaves_out_what_is_not_about_one_person),
		cmocka_unit_test(tells_what_a_consent_opens),
		cmocka_unit_test(is_nothing_without_a_caller),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
