/* api/dispatch: whatever comes in, one whole answer with its ids goes out. */
#include "api_fixture.h"

static void every_request_is_answered(void **state)
{
	static const struct {
		const char *method, *target;
		int status;
	} rows[] = {
		{"GET", "/nowhere", 404},
		{"PUT", "/api/v1/things", 405},
		{"OPTIONS", "/api/v1/things", 204},
		{"GET", "/api/v1/things", 401},
		{"POST", "/api/v1/public/things?x=1", 422},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(rows[i].method, rows[i].target);

		dispatch(r);
		assert_int_equal(r->reply.status, rows[i].status);
		assert_string_equal(fixture_reply(r, "X-Request-Id"), r->id);
		assert_non_null(fixture_reply(r, "traceparent"));
		if (rows[i].status >= 400)
			assert_string_equal(fixture_member(r, "request_id"), r->id);
		fixture_end(r);
	}
}

static void bytes_that_are_no_request_are_answered_too(void **state)
{
	struct request *r = fixture_request("", "");

	(void)state;
	dispatch_refuse(r, 431, "bad_request", "too many headers");
	assert_int_equal(r->reply.status, 431);
	assert_true(r->reply.close);
	assert_string_equal(fixture_member(r, "detail"), "too many headers");
	assert_string_equal(fixture_reply(r, "X-Request-Id"), r->id);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_is_answered),
		cmocka_unit_test(bytes_that_are_no_request_are_answered_too),
	};

	return cmocka_run_group_tests_name("dispatch", tests, fixture_start, fixture_stop);
}
