/* Times in the user's zone, and texts that are no times. */
#include "../../tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <time.h>

#include "cli/when.h"

enum { MEMORY = 1 << 20 };

static void test_when(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{"2026-03-02T08:00:00Z", "2026-03-02 09:00"},
		{"2026-07-02T08:00:00.524087+00:00", "2026-07-02 10:00"},
		{"2026-12-31T22:30:59-01:00", "2027-01-01 00:30"},
		{"2026-03-02T08:00:00+05:30", "2026-03-02 03:30"},
		{"2026-03-02", "2026-03-02"},
		{"2026-03-02T08:00:00", "2026-03-02T08:00:00"},
		{"2026-03-02T08:00:00 o'clock", "2026-03-02T08:00:00 o'clock"},
		{"2026-99-02T08:00:00Z", "2026-99-02T08:00:00Z"},
		{"", ""},
	};
	struct arena *a = arena_new(MEMORY);

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(when_readable(a, cases[i].text), cases[i].shown);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_when)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
