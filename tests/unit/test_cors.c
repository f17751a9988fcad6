/* api/cors: whose page may read the answer to a caller with a token. */
#include "api_fixture.h"

#include "api/cors.h"

static struct principal caller = {.origins = "https://a.example https://b.example:8443"};

static struct request *from(const char *origin)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	r->principal = &caller;
	if (origin != NULL)
		fixture_header(r, "Origin", origin);
	cors_answer(r);
	assert_string_equal(fixture_reply(r, "Vary"), "Origin");
	assert_null(fixture_reply(r, "Access-Control-Allow-Credentials"));
	return r;
}

static void the_agencys_own_pages_may(void **state)
{
	struct request *r = from("https://b.example:8443");

	(void)state;
	assert_string_equal(fixture_reply(r, "Access-Control-Allow-Origin"),
			    "https://b.example:8443");
	assert_non_null(strstr(fixture_reply(r, "Access-Control-Expose-Headers"), "RateLimit,"));
	fixture_end(r);
}

static void no_other_page_may(void **state)
{
	static const char *const others[] = {NULL, "https://c.example", "null",
					     "*",  "https://b.example", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct request *r = from(others[i]);

		assert_null(fixture_reply(r, "Access-Control-Allow-Origin"));
		assert_null(fixture_reply(r, "Access-Control-Expose-Headers"));
		fixture_end(r);
	}
}

static void two_origins_are_none(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	r->principal = &caller;
	fixture_header(r, "Origin", "https://a.example");
	fixture_header(r, "Origin", "https://evil.example");
	cors_answer(r);
	assert_null(fixture_reply(r, "Access-Control-Allow-Origin"));
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_agencys_own_pages_may),
		cmocka_unit_test(no_other_page_may),
		cmocka_unit_test(two_origins_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
