/* api/problem: every refusal is a whole problem document, in the caller's language. */
#include "api_fixture.h"

static void builds_the_document(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	assert_false(problem(r, "not_found", NULL));
	assert_int_equal(r->reply.status, 404);
	assert_string_equal(r->reply.content_type, "application/problem+json");
	assert_string_equal(fixture_member(r, "type"), "/api/v1/problems/not_found");
	assert_string_equal(fixture_member(r, "code"), "not_found");
	assert_string_equal(fixture_member(r, "request_id"), r->id);
	assert_int_equal(json_integer_value(json_object_get(fixture_json(r), "status")), 404);
	assert_true(strlen(fixture_member(r, "title")) > 3);
	assert_null(fixture_member(r, "detail"));
	assert_null(fixture_reply(r, "Retry-After"));
	fixture_end(r);
}

static void speaks_the_callers_language(void **state)
{
	static const char *const rows[][2] = {
		{"nb", "nb"}, {"en", "en"}, {"de", "en"}, {"en;q=0.2, nb", "nb"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", "/");
		const json_t *titles = json_object_get(problem_entry("not_found"), "title");

		fixture_header(r, "Accept-Language", rows[i][0]);
		problem(r, "not_found", NULL);
		assert_string_equal(fixture_reply(r, "Content-Language"), rows[i][1]);
		assert_string_equal(fixture_member(r, "title"),
				    json_string_value(json_object_get(titles, rows[i][1])));
		fixture_end(r);
	}
}

static void an_unknown_code_is_an_internal_error(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	problem(r, "no_such_code", NULL);
	assert_int_equal(r->reply.status, 500);
	assert_string_equal(fixture_member(r, "code"), "internal");
	fixture_end(r);
}

static void unavailable_says_when_to_come_back(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	problem(r, "unavailable", NULL);
	assert_int_equal(r->reply.status, 503);
	assert_string_equal(fixture_reply(r, "Retry-After"), "2");
	fixture_end(r);
}

static void detail_is_escaped(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	problem(r, "not_json", "%s", "a \"quote\"\n\\");
	assert_string_equal(fixture_member(r, "detail"), "a \"quote\"\n\\");
	problem(r, "not_json", "%s", "");
	assert_null(fixture_member(r, "detail"));
	/* what is not UTF-8 is left out, not passed on */
	problem(r, "not_json", "%s", "\xff");
	assert_null(fixture_member(r, "detail"));
	assert_int_equal(r->reply.status, 400);
	fixture_end(r);
}

static void extensions_add_and_never_replace(void **state)
{
	struct request *r = fixture_request("GET", "/");
	json_t *more =
		json_pack("{s:i, s:s, s:s}", "current_version", 7, "code", "x", "status", "200");

	(void)state;
	assert_false(problem_with(r, "version_mismatch", more));
	assert_int_equal(json_integer_value(json_object_get(fixture_json(r), "current_version")),
			 7);
	assert_string_equal(fixture_member(r, "code"), "version_mismatch");
	assert_int_equal(json_integer_value(json_object_get(fixture_json(r), "status")), 412);
	json_decref(more);
	problem_with(r, "conflict", NULL);
	assert_int_equal(r->reply.status, 409);
	more = json_array();
	problem_with(r, "conflict", more);
	assert_int_equal(r->reply.status, 409);
	json_decref(more);
	fixture_end(r);
}

static void lists_faults(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	faults_add(r->faults, "/a~1b", "type", "is no text");
	faults_add(r->faults, "/\"", "required", "is missing");
	assert_false(problem_faults(r, "invalid_body"));
	assert_int_equal(r->reply.status, 422);

	const json_t *errors = json_object_get(fixture_json(r), "errors");

	assert_int_equal(json_array_size(errors), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(errors, 1), "pointer")), "/\"");
	assert_string_equal(json_string_value(json_object_get(json_array_get(errors, 0), "code")),
			    "type");
	fixture_end(r);
}

static void takes_room_ones_status(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	assert_false(problem_status(r, 505, "bad_request", "HTTP/1.1 only"));
	assert_int_equal(r->reply.status, 505);
	assert_string_equal(fixture_member(r, "detail"), "HTTP/1.1 only");
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_the_document),
		cmocka_unit_test(speaks_the_callers_language),
		cmocka_unit_test(an_unknown_code_is_an_internal_error),
		cmocka_unit_test(unavailable_says_when_to_come_back),
		cmocka_unit_test(detail_is_escaped),
		cmocka_unit_test(extensions_add_and_never_replace),
		cmocka_unit_test(lists_faults),
		cmocka_unit_test(takes_room_ones_status),
	};

	return cmocka_run_group_tests_name("problem", tests, fixture_start, fixture_stop);
}
