/* api/lifecycle: a deprecated operation says so with every answer, another one never. */
#include "api_fixture.h"

#include "api/lifecycle.h"

static void only_the_deprecated_announce(void **state)
{
	struct operation plain = {.id = "getThing"};
	struct operation leaving = {
		.id = "getThing",
		.deprecation = {.since = "@1", .sunset = "a date", .link = "</docs#/x>"},
	};
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	lifecycle_announce(r); /* nothing was routed */
	r->op = &plain;
	lifecycle_announce(r);
	assert_int_equal(r->reply.header_count, 0);
	r->op = &leaving;
	lifecycle_announce(r);
	assert_string_equal(fixture_reply(r, "Deprecation"), "@1");
	assert_string_equal(fixture_reply(r, "Sunset"), "a date");
	assert_string_equal(fixture_reply(r, "Link"), "</docs#/x>");
	fixture_end(r);
}

/* The fixture's GET of a page is deprecated: what dispatch() sends is what a client sees. */
static void a_refusal_announces_too(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/pages");

	(void)state;
	dispatch(r);
	assert_int_equal(r->reply.status, 401);
	assert_string_equal(fixture_reply(r, "Deprecation"), "@1798761600");
	assert_string_equal(fixture_reply(r, "Sunset"), "Sat, 02 Oct 2027 00:00:00 GMT");
	assert_string_equal(fixture_reply(r, "Link"),
			    "</docs#/things/getPage>; rel=\"deprecation\"; type=\"text/html\"");
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_deprecated_announce),
		cmocka_unit_test(a_refusal_announces_too),
	};

	return cmocka_run_group_tests_name("lifecycle", tests, fixture_start, fixture_stop);
}
