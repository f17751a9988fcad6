/* api/authenticate: exactly one Bearer token, and a refusal that helps no attacker. */
#include "api_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "api/identify.h"
#include "api/room.h"
#include "base/config.h"

static int start(void **state)
{
	fixture_start(state);
	config.base_url = "https://samhandling.example";
	assert_true(identify_start());
	return 0;
}

static int stop(void **state)
{
	identify_stop();
	return fixture_stop(state);
}

/* authenticate() without the log lines of refused tokens. */
static bool enter(struct request *r)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC), old = dup(STDERR_FILENO);

	dup2(nowhere, STDERR_FILENO);

	bool admitted = authenticate(r);

	dup2(old, STDERR_FILENO);
	close(nowhere);
	close(old);
	return admitted;
}

static void refuses_what_is_no_single_token(void **state)
{
	static const struct {
		const char *header, *second;
	} rows[] = {
		{NULL, NULL},
		{"", NULL},
		{"Bearer", NULL},
		{"Bearer ", NULL},
		{"Bearer   ", NULL},
		{"Basic YTpi", NULL},
		{"Bearerx", NULL},
		{"Bearer\tx", NULL},
		{"Bearer a b", NULL},
		{"Bearer a,b", NULL},
		{"Bearer a", "Bearer b"},
		/* one token, but nobody signed it */
		{"Bearer x", NULL},
		{"bearer a.b.c", NULL},
		{"Bearer \"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", "/api/v1/things");

		if (rows[i].header != NULL)
			fixture_header(r, "authorization", rows[i].header);
		if (rows[i].second != NULL)
			fixture_header(r, "Authorization", rows[i].second);
		assert_true(route(r));
		assert_false(enter(r));
		assert_int_equal(r->reply.status, 401);
		assert_null(r->principal);

		const char *challenge = fixture_reply(r, "WWW-Authenticate");

		assert_memory_equal(challenge, "Bearer realm=\"samhandling\"", 26);
		/* RFC 6750, 3.1: no error when no token was sent */
		assert_int_equal(strstr(challenge, "error=") == NULL, rows[i].header == NULL);
		assert_null(strstr(r->reply.body, "signature"));
		fixture_end(r);
	}
}

static void only_a_sandbox_says_the_reason(void **state)
{
	static const char *const said[] = {"error_description=\"invalid_token\"",
					   "error_description=\"scheme\""};

	(void)state;
	for (int sandbox = 0; sandbox < 2; sandbox++) {
		struct request *r = fixture_request("GET", "/api/v1/things");

		config.sandbox = sandbox;
		fixture_header(r, "Authorization", "Bearer a b");
		assert_true(route(r));
		assert_false(enter(r));
		assert_non_null(strstr(fixture_reply(r, "WWW-Authenticate"), said[sandbox]));
		fixture_end(r);
	}
	config.sandbox = false;
}

static void a_public_operation_asks_nobody(void **state)
{
	struct request *r = fixture_request("POST", "/api/v1/public/things");

	(void)state;
	fixture_header(r, "Authorization", "nonsense");
	assert_true(route(r));
	assert_true(authenticate(r));
	assert_null(r->principal);
	assert_int_equal(r->reply.status, 0);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_single_token),
		cmocka_unit_test(only_a_sandbox_says_the_reason),
		cmocka_unit_test(a_public_operation_asks_nobody),
	};

	return cmocka_run_group_tests_name("authenticate", tests, start, stop);
}
