/* api/formats: the contract's own formats are tied to the domain's rules, each by its name. */
#include "cmocka_all.h"

#include <string.h>

#include "api/formats.h"
#include "domain/national_id.h"

static bool fits(const char *format, const char *text)
{
	for (const struct schema_format *f = formats; f->name != NULL; f++)
		if (strcmp(f->name, format) == 0)
			return f->check(text, strlen(text));
	fail_msg("no format '%s'", format);
	return false;
}

static void each_format_has_its_rule(void **state)
{
	static const struct {
		const char *format, *good, *bad;
	} rows[] = {
		{"date", "1000-01-01", "0999-12-31"},
		{"date", "8999-12-31", "9000-01-01"},
		{"date", "1990-02-28", "1990-02-29"},
		{"date-time", "8999-12-31T23:59:60Z", "9999-12-31T23:59:60Z"},
		{"date-time", "1990-05-17T10:00:00+02:00", "0001-01-01T00:00:00Z"},
		{"norwegian-national-id", "01819012365", "01819012364"},
		{"organisation-number", "974760673", "974760674"},
		{"hpr-number", "1234567", "12345678901"},
		{"municipality-number", "3301", "33010"},
		{"phone-e164", "+4732123456", "32123456x"},
	};

	(void)state;
	national_id_mode(false, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(fits(rows[i].format, rows[i].good));
		assert_false(fits(rows[i].format, rows[i].bad));
		assert_false(fits(rows[i].format, ""));
	}
}

static void an_identifier_of_another_system_is_any_text_but_one(void **state)
{
	(void)state;
	national_id_mode(true, false);
	assert_true(fits("no-national-id", "2026-1041"));
	assert_true(fits("no-national-id", ""));
	assert_false(fits("no-national-id", "01819012365"));
}

static void a_secret_is_any_text(void **state)
{
	(void)state;
	assert_true(fits("secret", ""));
	assert_true(fits("secret", "Authorization: Bearer x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_has_its_rule),
		cmocka_unit_test(an_identifier_of_another_system_is_any_text_but_one),
		cmocka_unit_test(a_secret_is_any_text),
	};

	return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
