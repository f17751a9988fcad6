/* domain/oslo_time: the offsets of local times, and the two nights of the year. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/oslo_time.h"

static const struct {
	const char *in;
	enum oslo_time what;
	const char *out;
} rows[] = {
	{"2026-01-15T22:10", OSLO_TIME_OK, "2026-01-15T22:10:00+01:00"},
	{"2026-07-15 22:10", OSLO_TIME_OK, "2026-07-15T22:10:00+02:00"},
	{"2026-07-15 22:10:05.123", OSLO_TIME_OK, "2026-07-15T22:10:05.123+02:00"},
	{"2026-09-03T22:10:00+02:00", OSLO_TIME_OK, "2026-09-03T22:10:00+02:00"},
	{"2026-09-03T22:10Z", OSLO_TIME_OK, "2026-09-03T22:10:00Z"},
	/* 2026: 29 March and 25 October; 2024: 31 March and 27 October */
	{"2026-03-29T01:59", OSLO_TIME_OK, "2026-03-29T01:59:00+01:00"},
	{"2026-03-29T02:00", OSLO_TIME_SKIPPED, NULL},
	{"2026-03-29T02:59:59", OSLO_TIME_SKIPPED, NULL},
	{"2026-03-29T02:30:00+01:00", OSLO_TIME_OK, "2026-03-29T02:30:00+01:00"},
	{"2026-03-29T03:00", OSLO_TIME_OK, "2026-03-29T03:00:00+02:00"},
	{"2026-03-28T23:59", OSLO_TIME_OK, "2026-03-28T23:59:00+01:00"},
	{"2024-03-31T03:00", OSLO_TIME_OK, "2024-03-31T03:00:00+02:00"},
	{"2026-10-25T01:59", OSLO_TIME_OK, "2026-10-25T01:59:00+02:00"},
	{"2026-10-25T02:00", OSLO_TIME_AMBIGUOUS, NULL},
	{"2026-10-25T02:59", OSLO_TIME_AMBIGUOUS, NULL},
	{"2026-10-25T02:30:00+02:00", OSLO_TIME_OK, "2026-10-25T02:30:00+02:00"},
	{"2026-10-25T03:00", OSLO_TIME_OK, "2026-10-25T03:00:00+01:00"},
	{"2024-10-27T02:10", OSLO_TIME_AMBIGUOUS, NULL},
	{"2026-10-31T12:00", OSLO_TIME_OK, "2026-10-31T12:00:00+01:00"},
	{"1996-06-01T12:00", OSLO_TIME_OK, "1996-06-01T12:00:00+02:00"},
	{"1995-06-01T12:00", OSLO_TIME_OLD, NULL},
	{"1995-06-01T12:00+02:00", OSLO_TIME_OK, "1995-06-01T12:00:00+02:00"},
	{"2026-13-01T12:00", OSLO_TIME_NONE, NULL},
	{"2026-01-15", OSLO_TIME_NONE, NULL},
	{"15.01.2026 12:00", OSLO_TIME_NONE, NULL},
	{"", OSLO_TIME_NONE, NULL},
	{"2026-01-15T22:10:00.123456789012345678+01:00", OSLO_TIME_NONE, NULL},
};

static void test_offsets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[OSLO_TIME_SIZE] = "untouched";
		enum oslo_time what = oslo_time_complete(rows[i].in, strlen(rows[i].in), out);

		if (what != rows[i].what)
			print_message("%s\n", rows[i].in);
		assert_int_equal(what, rows[i].what);
		assert_string_equal(out, rows[i].out == NULL ? "untouched" : rows[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_offsets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
