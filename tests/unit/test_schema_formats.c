/* The table of formats and those of time: edges beside the official suite. */
#include "schema_fixture.h"

#include "contract/schema_formats.h"
#include "contract/schema_node.h"

static bool check(bool (*format)(const char *, size_t), const char *s)
{
	return format(s, strlen(s));
}

static bool never(const char *s, size_t len)
{
	(void)s;
	(void)len;
	return false;
}

static void finds_own_formats_first(void **state)
{
	static const struct schema_format own[] = {{"date", never}, {NULL, NULL}};
	bool is_own;

	(void)state;
	assert_ptr_equal(format_find(own, "date", &is_own)->check, never);
	assert_true(is_own);
	assert_non_null(format_find(own, "uuid", &is_own));
	assert_false(is_own);
	assert_null(format_find(NULL, "iri", &is_own));
}

static void reads_times(void **state)
{
	(void)state;
	assert_true(check(format_date, "2024-02-29"));
	assert_false(check(format_date, "2023-02-29"));
	assert_true(check(format_time, "23:59:60Z"));
	assert_false(check(format_time, "12:00:00."));
	assert_false(check(format_time, "12:00:00.5"));
	assert_true(check(format_date_time, "2026-03-02T08:00:00.123+01:00"));
	assert_false(check(format_date_time, "2026-03-02"));
	assert_false(check(format_date_time, "2026-03-02T"));
	assert_true(check(format_duration, "P1Y2M"));
	assert_false(check(format_duration, "P1Y2D"));
	assert_false(check(format_duration, "P1DT"));
	assert_true(check(format_uuid, "018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60"));
	assert_false(check(format_uuid, ""));
}

RUN(cmocka_unit_test(finds_own_formats_first), cmocka_unit_test(reads_times))
