/* api/allowance: who pays from which share, what the headers say, and who must wait. */
#include "api_fixture.h"

#include "api/allowance.h"
#include "base/config.h"

static struct operation op = {.id = "listThings", .cost = 5};

static const struct principal nurse = {.issuer_id = "i", .subject = "nurse", .agency_id = "a"};
static const struct principal doctor = {.issuer_id = "i", .subject = "doctor", .agency_id = "a"};
static const struct principal other = {.issuer_id = "i", .subject = "nurse", .agency_id = "b"};

static int start(void **state)
{
	config.rate_client = 20;
	config.rate_agency = 30;
	config.rate_refused_tokens = 3;
	allowance_start();
	return fixture_start(state);
}

static int stop(void **state)
{
	allowance_stop();
	return fixture_stop(state);
}

static struct request *call(const struct principal *who)
{
	static struct principal copy;
	struct request *r = fixture_request("GET", "/api/v1/things");

	copy = *who;
	r->op = &op;
	r->principal = &copy;
	r->in.remote = "10.0.0.1";
	return r;
}

static bool may(const struct principal *who)
{
	struct request *r = call(who);
	bool yes = allowance_take(r);

	assert_int_equal(r->reply.status, yes ? 0 : 429);
	fixture_end(r);
	return yes;
}

static void each_client_and_all_together(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(may(&nurse));
	assert_false(may(&nurse));
	assert_true(may(&other));
	assert_true(may(&doctor));
	assert_true(may(&doctor));
	/* the doctor has units left, the agency has none; what it refuses costs the client nothing
	 */
	for (int i = 0; i < 10; i++)
		assert_false(may(&doctor));

	struct request *r = call(&doctor);

	allowance_take(r);
	assert_string_equal(fixture_reply(r, "RateLimit-Policy"), "\"agency\";q=30;w=60");
	fixture_end(r);
	assert_false(may(&nurse));
	assert_true(may(&other));
}

static void says_what_is_left(void **state)
{
	const struct principal new = {.issuer_id = "i", .subject = "new", .agency_id = "c"};
	struct request *r = call(&new);

	(void)state;
	assert_true(allowance_take(r));
	assert_string_equal(fixture_reply(r, "RateLimit-Policy"),
			    "\"client\";q=20;w=60, \"agency\";q=30;w=60");
	assert_string_equal(fixture_reply(r, "RateLimit"),
			    "\"client\";r=15;t=15, \"agency\";r=25;t=10");
	assert_null(fixture_reply(r, "Retry-After"));
	fixture_end(r);
}

static void says_how_long_to_wait(void **state)
{
	const struct principal greedy = {.issuer_id = "i", .subject = "greedy", .agency_id = "d"};

	(void)state;
	while (may(&greedy))
		;

	struct request *r = call(&greedy);

	assert_false(allowance_take(r));
	assert_string_equal(fixture_reply(r, "RateLimit-Policy"), "\"client\";q=20;w=60");
	assert_string_equal(fixture_reply(r, "Retry-After"), "15");
	assert_string_equal(fixture_member(r, "code"), "too_many_requests");
	fixture_end(r);
}

static void the_agencys_own_row_decides(void **state)
{
	const struct principal large = {.issuer_id = "i",
					.subject = "large",
					.agency_id = "e",
					.client_quota = 40,
					.agency_quota = 45};
	struct request *r = call(&large);

	(void)state;
	assert_true(allowance_take(r));
	assert_string_equal(fixture_reply(r, "RateLimit-Policy"),
			    "\"client\";q=40;w=60, \"agency\";q=45;w=60");
	fixture_end(r);
}

static void citizens_pay_for_themselves(void **state)
{
	const struct principal citizen = {.issuer_id = "i", .subject = "x", .citizen = true};
	struct request *r = call(&citizen);

	(void)state;
	assert_true(allowance_take(r));
	assert_string_equal(fixture_reply(r, "RateLimit-Policy"), "\"client\";q=20;w=60");
	fixture_end(r);
}

static void what_costs_nothing_is_not_counted(void **state)
{
	struct request *r = call(&nurse);

	(void)state;
	op.cost = 0;
	assert_true(allowance_take(r));
	assert_null(fixture_reply(r, "RateLimit"));
	op.cost = 5;
	r->principal = NULL;
	assert_true(allowance_take(r));
	fixture_end(r);
}

static void an_address_of_bad_tokens_waits(void **state)
{
	struct request *r = call(&nurse), *neighbour = call(&nurse);

	(void)state;
	neighbour->in.remote = "10.0.0.2";
	for (int i = 0; i < 3; i++) {
		assert_true(allowance_may_try(r));
		allowance_note_refusal(r);
	}
	assert_false(allowance_may_try(r));
	assert_int_equal(r->reply.status, 429);
	assert_string_equal(fixture_reply(r, "Retry-After"), "20");
	assert_true(allowance_may_try(neighbour));
	fixture_end(r);
	fixture_end(neighbour);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_client_and_all_together),
		cmocka_unit_test(says_what_is_left),
		cmocka_unit_test(says_how_long_to_wait),
		cmocka_unit_test(the_agencys_own_row_decides),
		cmocka_unit_test(citizens_pay_for_themselves),
		cmocka_unit_test(what_costs_nothing_is_not_counted),
		cmocka_unit_test(an_address_of_bad_tokens_waits),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
