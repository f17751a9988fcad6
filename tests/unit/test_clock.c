/* base/clock: how a point in time is written, and that the clocks run the right way. */
#include "cmocka_all.h"

#include "base/clock.h"

static void writes_rfc_3339(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1, "1970-01-01T00:00:00.001Z"},
		{999, "1970-01-01T00:00:00.999Z"},
		{1000, "1970-01-01T00:00:01.000Z"},
		{1709251199999, "2024-02-29T23:59:59.999Z"},
		{1795308065123, "2026-11-22T00:41:05.123Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[25];

		clock_format(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void runs_forward(void **state)
{
	int64_t before = clock_monotonic_us(), ms = clock_real_ms(), s = clock_real_s();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_monotonic_us();

		assert_true(now >= before);
		before = now;
	}
	/* later than this file, earlier than the year 2200 */
	assert_in_range(s, 1767225600, 7258118400);
	assert_in_range(s, ms / 1000, ms / 1000 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_rfc_3339),
		cmocka_unit_test(runs_forward),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
