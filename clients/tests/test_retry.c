/* What may be sent again, and how long a caller waits before it. */
#include "../../tests/unit/cmocka_all.h"

#include "lib/retry.h"

static const struct retry_limits limits = {4, 200, 5000};

static void test_what_is_safe(void **state)
{
	static const struct {
		struct attempt attempt;
		bool again;
	} cases[] = {
		{{.method = "GET", .connected = true}, true},
		{{.method = "POST", .connected = true}, false},
		{{.method = "POST", .connected = true, .has_key = true}, true},
		{{.method = "PATCH", .connected = true}, false},
		{{.method = "PATCH", .connected = false}, true},
		{{.method = "DELETE", .status = 503}, true},
		{{.method = "PATCH", .status = 429}, true},
		{{.method = "GET", .status = 500}, false},
		{{.method = "GET", .status = 404}, false},
		{{.method = "POST", .status = 409, .has_key = true, .code = "idempotency_busy"},
		 true},
		{{.method = "POST", .status = 409, .has_key = true, .code = "conflict"}, false},
		{{.method = "POST", .status = 409, .code = "idempotency_busy"}, false},
		{{.method = "POST", .status = 201, .has_key = true}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct attempt attempt = cases[i].attempt;

		attempt.number = 1;
		assert_int_equal(retry_pause(&attempt, &limits) >= 0, cases[i].again);
		attempt.number = 4;
		assert_int_equal(retry_pause(&attempt, &limits), -1);
	}
}

static void test_backoff(void **state)
{
	static const long longest[] = {200, 400, 800};

	(void)state;
	for (unsigned number = 1; number <= 3; number++)
		for (unsigned random = 0; random < 5000; random += 7) {
			const struct attempt attempt = {
				.method = "GET", .number = number, .random = random};
			long pause = retry_pause(&attempt, &limits);

			assert_in_range(pause, longest[number - 1] / 2, longest[number - 1]);
		}
}

static void test_cap(void **state)
{
	const struct retry_limits many = {100, 200, 5000};
	const struct attempt attempt = {.method = "GET", .number = 60, .random = 2500};

	(void)state;
	assert_in_range(retry_pause(&attempt, &many), 2500, 5000);
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *after;
		long least, most;
	} cases[] = {
		{"3", 3000, 3000},
		{"0", 100, 200},
		{"5", 5000, 5000},
		{"6", -1, -1},
		{"soon", 100, 200},
		{"-4", 100, 200},
		{"999999999999999999999", 100, 200},
		{"Fri, 02 Jan 1970 00:00:04 GMT", 4000, 4000},
		{"Fri, 02 Jan 1970 10:00:00 GMT", -1, -1},
		{"Thu, 01 Jan 1970 00:00:01 GMT", 100, 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct attempt attempt = {.method = "GET",
						.status = 503,
						.number = 1,
						.now = 86400,
						.after = cases[i].after};
		long pause = retry_pause(&attempt, &limits);

		assert_true(pause >= cases[i].least && pause <= cases[i].most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_safe),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_retry_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
