/* api/trace: ids of a request, taken over from a caller only when they are well-formed. */
#include "api_fixture.h"

#include "api/trace.h"
#include "base/config.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"

static void takes_over_what_is_well_formed(void **state)
{
	static const struct {
		const char *traceparent;
		bool taken;
	} rows[] = {
		{"00-" TRACE "-" SPAN "-01", true},
		{"00-" TRACE "-" SPAN "-00", true},
		{"00-" TRACE "-" SPAN "-ff", true},
		{NULL, false},
		{"", false},
		{"00-" TRACE "-" SPAN, false},
		{"00-" TRACE "-" SPAN "-01-x", false},
		{"01-" TRACE "-" SPAN "-01", false},
		{"ff-" TRACE "-" SPAN "-01", false},
		{"00-" TRACE "-" SPAN "-0g", false},
		{"00-" TRACE "-" SPAN "-0A", false},
		{"00-" TRACE "_" SPAN "-01", false},
		{"00-0AF7651916CD43DD8448EB211C80319C-" SPAN "-01", false},
		{"00-00000000000000000000000000000000-" SPAN "-01", false},
		{"00-" TRACE "-0000000000000000-01", false},
		{"00-0af7651916cd43dd8448eb211c80319\"-" SPAN "-01", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", "/");

		if (rows[i].traceparent != NULL)
			fixture_header(r, "Traceparent", rows[i].traceparent);
		trace_begin(r);
		assert_int_equal(strcmp(r->trace_id, TRACE) == 0, rows[i].taken);
		assert_int_equal(strlen(r->trace_id), 32);
		assert_int_equal(strspn(r->trace_id, "0123456789abcdef"), 32);
		assert_int_equal(strlen(r->id), 36);
		fixture_end(r);
	}
}

static void two_of_them_are_none(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	fixture_header(r, "traceparent", "00-" TRACE "-" SPAN "-01");
	fixture_header(r, "traceparent", "00-" TRACE "-" SPAN "-00");
	trace_begin(r);
	assert_string_not_equal(r->trace_id, TRACE);
	fixture_end(r);
}

static void answers_with_ids_and_times(void **state)
{
	(void)state;
	for (int sandbox = 0; sandbox < 2; sandbox++) {
		struct request *r = fixture_request("GET", "/");

		config.sandbox = sandbox == 1;
		fixture_header(r, "traceparent", "00-" TRACE "-" SPAN "-01");
		trace_begin(r);
		for (int i = 0; i < ROOMS; i++)
			r->room_us[i] = INT64_MAX;
		trace_end(r);
		assert_string_equal(fixture_reply(r, "X-Request-Id"), r->id);

		const char *parent = fixture_reply(r, "traceparent");

		assert_int_equal(strlen(parent), 55);
		assert_memory_equal(parent, "00-" TRACE "-", 36);
		assert_null(strstr(parent, SPAN));
		assert_int_equal(fixture_reply(r, "Server-Timing") != NULL, sandbox);
		fixture_end(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_over_what_is_well_formed),
		cmocka_unit_test(two_of_them_are_none),
		cmocka_unit_test(answers_with_ids_and_times),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
