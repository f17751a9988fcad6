/* The date in Oslo: the hours before midnight UTC, and both changes of the clocks. */
#include "../../tests/unit/cmocka_all.h"

#include <time.h>

#include "lib/day.h"

/* `text`: a time in UTC. */
static time_t at(const char *text)
{
	struct tm tm = {0};

	assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm));
	return timegm(&tm);
}

static void test_day_in_oslo(void **state)
{
	static const struct {
		const char *at, *day;
	} cases[] = {
		{"2026-11-22T22:59:59Z", "2026-11-22"}, {"2026-11-22T23:00:00Z", "2026-11-23"},
		{"2027-07-01T21:59:59Z", "2027-07-01"}, {"2027-07-01T22:00:00Z", "2027-07-02"},
		{"2027-03-27T22:59:59Z", "2027-03-27"}, {"2027-03-27T23:00:00Z", "2027-03-28"},
		{"2027-03-28T21:59:59Z", "2027-03-28"}, {"2027-03-28T22:00:00Z", "2027-03-29"},
		{"2027-10-30T21:59:59Z", "2027-10-30"}, {"2027-10-30T22:00:00Z", "2027-10-31"},
		{"2027-10-31T22:59:59Z", "2027-10-31"}, {"2027-10-31T23:00:00Z", "2027-11-01"},
		{"2024-03-31T22:00:00Z", "2024-04-01"}, {"2025-12-31T23:30:00Z", "2026-01-01"},
		{"2028-02-28T23:30:00Z", "2028-02-29"}, {"2028-02-29T23:00:00Z", "2028-03-01"},
	};
	char day[DAY_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(day_in_oslo(day, at(cases[i].at)), cases[i].day);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_day_in_oslo)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
