/* api/reason: a refusal is told by its rule, and by what would open it for this caller's cell. */
#include "api_fixture.h"

#include "api/reason.h"
#include "api/room.h"

static json_t *reason_for(const char *code, const char *gates)
{
	static struct principal p = {.agency_type = "MUNICIPALITY", .role = "MH"};
	struct request *r = fixture_request("GET", "/api/v1/things");
	json_t *reason;

	assert_true(route(r));
	r->principal = &p;
	r->access = (struct access){.resource = "patients", .category = "IDENTITY", .gates = gates};
	reason = reason_of(r, code,
			   (int)json_integer_value(json_object_get(problem_entry(code), "status")));
	r->principal = NULL;
	fixture_end(r);
	return reason;
}

static void names_the_rule(void **state)
{
	static const char *const rows[][2] = {{"forbidden", "MATRIX"},
					      {"purpose_not_allowed", "PURPOSE"},
					      {"blocked", "OBJECTION"},
					      {"consent_required", "CONSENT_MISSING"},
					      {"forbidden_action", "STEP"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *reason = reason_for(rows[i][0], "");

		assert_non_null(reason);
		assert_string_equal(json_string_value(json_object_get(reason, "rule")), rows[i][1]);
		assert_string_equal(json_string_value(json_object_get(reason, "resource")),
				    "patients");
		json_decref(reason);
	}
}

static void opens_only_what_the_cell_has_letters_for(void **state)
{
	static const struct {
		const char *gates;
		size_t openers;
	} rows[] = {{"hb", 2}, {"h", 1}, {"", 1}, {NULL, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *reason = reason_for("blocked", rows[i].gates);

		assert_int_equal(json_array_size(json_object_get(reason, "opened_by")),
				 rows[i].openers);
		json_decref(reason);
	}
}

/* What the caller may not know of is never explained, nor anything before a caller is known. */
static void tells_nothing_of_what_is_hidden(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	assert_null(reason_for("not_found", "h"));
	assert_null(reason_for("conflict", "h"));
	assert_true(route(r));
	assert_null(reason_of(r, "forbidden", 403));
	fixture_end(r);
}

static void a_problem_carries_it(void **state)
{
	static struct principal p = {.agency_type = "MUNICIPALITY", .role = "MH"};
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	assert_true(route(r));
	r->principal = &p;
	problem(r, "consent_required", NULL);
	assert_non_null(json_object_get(fixture_json(r), "reason"));
	problem(r, "not_found", NULL);
	assert_null(json_object_get(fixture_json(r), "reason"));
	r->principal = NULL;
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_rule),
		cmocka_unit_test(opens_only_what_the_cell_has_letters_for),
		cmocka_unit_test(tells_nothing_of_what_is_hidden),
		cmocka_unit_test(a_problem_carries_it),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
