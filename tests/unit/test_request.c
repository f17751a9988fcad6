/* api/request: headers by name whatever their case, parameters by place, reply headers once each.
 */
#include "api_fixture.h"

static void finds_headers(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	fixture_header(r, "Accept", "a");
	fixture_header(r, "X-One", "1");
	fixture_header(r, "ACCEPT", "b");
	assert_string_equal(request_header(r, "accept"), "a");
	assert_string_equal(request_header(r, "x-one"), "1");
	assert_null(request_header(r, "x-on"));
	assert_int_equal(request_header_count(r, "Accept"), 2);
	assert_int_equal(request_header_count(r, "x-two"), 0);
	assert_string_equal(request_header_list(r, "accept"), "a, b");
	assert_string_equal(request_header_list(r, "X-One"), "1");
	assert_null(request_header_list(r, "x-two"));
	fixture_end(r);
}

static void finds_parameters_by_place(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	r->parameters[r->parameter_count++] = (struct parameter_value){"id", "path", IN_PATH};
	r->parameters[r->parameter_count++] = (struct parameter_value){"id", "query", IN_QUERY};
	assert_string_equal(request_parameter(r, IN_PATH, "id"), "path");
	assert_string_equal(request_parameter(r, IN_QUERY, "id"), "query");
	assert_null(request_parameter(r, IN_HEADER, "id"));
	assert_null(request_parameter(r, IN_PATH, "i"));
	fixture_end(r);
}

static void a_reply_has_each_header_once(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	reply_header(r, "ETag", "\"1\"");
	reply_header(r, "Link", "x");
	reply_header(r, "etag", "\"2\"");
	assert_int_equal(r->reply.header_count, 2);
	assert_string_equal(fixture_reply(r, "ETag"), "\"2\"");
	for (int i = 0; i < 2 * REPLY_HEADERS_MAX; i++)
		reply_header(r, arena_printf(r->arena, "X-%d", i), "y");
	assert_int_equal(r->reply.header_count, REPLY_HEADERS_MAX);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_headers),
		cmocka_unit_test(finds_parameters_by_place),
		cmocka_unit_test(a_reply_has_each_header_once),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
