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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_has_its_rule),
	};

	return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
