/* api/fhir_value: the values of search parameters, taken apart. */
#include "arena_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir_value.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"
#define BASE "https://x.example/fhir/r4"

/* Whether the object is, as text with sorted members, what was expected; NULL is NULL. */
static void assert_json(json_t *made, const char *expected)
{
	if (expected == NULL) {
		assert_null(made);
		return;
	}
	assert_non_null(made);

	char *text = json_dumps(made, JSON_SORT_KEYS | JSON_COMPACT);

	assert_string_equal(text, expected);
	free(text);
	json_decref(made);
}

static void values_are_split_at_commas(void **state)
{
	static const struct {
		const char *text, *values[4];
	} rows[] = {
		{"a", {"a"}},
		{"a,b,", {"a", "b", ""}},
		{"a\\,b,c", {"a,b", "c"}},
		{"s\\|x|c", {"s\\|x|c"}},
		{"a\\$b\\\\", {"a$b\\"}},
		{"a\\", {"a\\"}},
		{"", {""}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *rest = rows[i].text, *value;
		size_t n = 0;

		while ((value = fhir_value_next(arena, &rest)) != NULL)
			assert_string_equal(value, rows[i].values[n++]);
		assert_null(rows[i].values[n]);
	}
}

static void tokens(void **state)
{
	static const struct {
		const char *value, *json;
	} rows[] = {
		{"a", "{\"code\":\"a\"}"},
		{"s|a", "{\"code\":\"a\",\"system\":\"s\"}"},
		{"|a", "{\"code\":\"a\",\"system\":\"\"}"},
		{"s|", "{\"system\":\"s\"}"},
		{"s\\|t|a\\|b", "{\"code\":\"a|b\",\"system\":\"s|t\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_json(fhir_value_token(arena, rows[i].value), rows[i].json);
}

static void references(void **state)
{
	static const struct {
		const char *value, *json;
	} rows[] = {
		{"Patient/" UUID, "{\"id\":\"" UUID "\",\"type\":\"Patient\"}"},
		{UUID, "{\"id\":\"" UUID "\"}"},
		{BASE "/Task/" UUID, "{\"id\":\"" UUID "\",\"type\":\"Task\"}"},
		{"Patient/x", "{\"type\":\"Patient\"}"},
		{"https://y.example/fhir/r4/Task/" UUID, NULL},
		{"Patient/" UUID "/_history/1", NULL},
		{"/" UUID, NULL},
		{"Patient/", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_json(fhir_value_reference(arena, BASE, rows[i].value), rows[i].json);
}

static void dates(void **state)
{
	static const struct {
		const char *value, *json;
	} rows[] = {
		{"2026", "{\"from\":\"2026-01-01\",\"prefix\":\"eq\",\"span\":\"1 year\"}"},
		{"ge2026-03", "{\"from\":\"2026-03-01\",\"prefix\":\"ge\",\"span\":\"1 month\"}"},
		{"ap2024-02-29", "{\"from\":\"2024-02-29\",\"prefix\":\"ap\",\"span\":\"1 day\"}"},
		{"2026-03-01T10:00",
		 "{\"from\":\"2026-03-01T10:00\",\"prefix\":\"eq\",\"span\":\"1 "
		 "minute\",\"zoned\":false}"},
		{"lt2026-03-01T10:00:59Z", "{\"from\":\"2026-03-01T10:00:59Z\",\"prefix\":\"lt\","
					   "\"span\":\"1 second\",\"zoned\":true}"},
		{"2026-03-01T10:00:59.123456 01:00",
		 "{\"from\":\"2026-03-01T10:00:59.123456+01:00\",\"prefix\":\"eq\",\"span\":\"1 "
		 "microsecond\",\"zoned\":true}"},
		{"2025-02-29", NULL},
		{"1900-02-29", NULL},
		{"2026-13", NULL},
		{"2026-04-31", NULL},
		{"0000", NULL},
		{"2026-03-01T24:00", NULL},
		{"2026-03-01T10:60", NULL},
		{"2026-03-01T10:00:60", NULL},
		{"2026-03-01T10:00:00.", NULL},
		{"2026-03-01T10:00:00.1234567", NULL},
		{"2026-03-01T10:00:00+1:00", NULL},
		{"2026-03-01T10:00:00+01:0", NULL},
		{"2026-03-01T10", NULL},
		{"20260301", NULL},
		{"zz2026", NULL},
		{"ge", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_json(fhir_value_date(arena, rows[i].value), rows[i].json);
}

static void national_numbers_are_known(void **state)
{
	static const struct {
		const char *value;
		bool is_number;
	} rows[] = {
		{"15838510075", true},
		{"158385100751", true},
		{"1583851007", false},
		{"urn:oid:2.16.578.1.12.4.1.4.1|x", true},
		{"2.16.578.1.12.4.1.4.2|15838510075", true},
		{"HNR|1", true},
		{"http://dips.no/fhir/namingsystem/dips-patientid|2008844", false},
		{"REF-2026-00042", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(fhir_value_is_number(rows[i].value), rows[i].is_number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_split_at_commas),
		cmocka_unit_test(tokens),
		cmocka_unit_test(references),
		cmocka_unit_test(dates),
		cmocka_unit_test(national_numbers_are_known),
	};

	return cmocka_run_group_tests_name("fhir_value", tests, arena_begin, arena_end);
}
