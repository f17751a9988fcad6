/* api/purpose: claim before header before default, and nothing unknown from a header. */
#include "cmocka_all.h"

#include <string.h>

#include "api/purpose.h"

static void default_follows_role_and_agency(void **state)
{
	static const struct {
		const char *agency_type, *role, *purpose;
		bool citizen;
	} rows[] = {
		{"DPS", "DPS", "TREAT", false},		{"MUNICIPALITY", "MH", "TREAT", false},
		{"GP_PRACTICE", "GP", "TREAT", false},	{"HEALTH_TRUST", "DPS", "TREAT", false},
		{"POLICE", "PO", "COC", false},		{"NAV", "NAV", "COC", false},
		{"MUNICIPALITY", "SA", "ADMIN", false}, {"DPS", "SY", "ADMIN", false},
		{"DPS", "PV", "ADMIN", false},		{"DPS", "QM", "QA", false},
		{"DPS", "PM", "STAT", false},		{"DPS", "SG", "STAT", false},
		{"CITIZEN", "PT", "SELF", true},	{"CITIZEN", "RE", "SELF", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct principal p = {.agency_type = rows[i].agency_type,
					    .role = rows[i].role,
					    .citizen = rows[i].citizen};

		assert_string_equal(purpose_of(&p, NULL), rows[i].purpose);
	}
}

static void header_names_a_known_code(void **state)
{
	static const char *const good[] = {"TREAT", "ETREAT", "COC",  "BTG",
					   "QA",    "STAT",   "SELF", "ADMIN"};
	static const char *const bad[] = {"", "treat", "TREAT ", "TREATS", "TREAT,COC", "x\"y"};
	const struct principal p = {.agency_type = "DPS", .role = "DPS"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_string_equal(purpose_of(&p, good[i]), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(purpose_of(&p, bad[i]));
}

static void the_signed_claim_decides(void **state)
{
	const struct principal p = {.agency_type = "DPS", .role = "DPS", .purpose = "COC"};

	(void)state;
	assert_string_equal(purpose_of(&p, NULL), "COC");
	assert_string_equal(purpose_of(&p, "BTG"), "COC");
	assert_string_equal(purpose_of(&p, "nonsense"), "COC");
	assert_string_equal(purpose_source(&p, "BTG"), "claim");
}

static void the_log_tells_where_it_came_from(void **state)
{
	const struct principal p = {.agency_type = "DPS", .role = "DPS"};

	(void)state;
	assert_string_equal(purpose_source(&p, "COC"), "header");
	assert_string_equal(purpose_source(&p, NULL), "default");
	assert_string_equal(purpose_source(NULL, "COC"), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_follows_role_and_agency),
		cmocka_unit_test(header_names_a_known_code),
		cmocka_unit_test(the_signed_claim_decides),
		cmocka_unit_test(the_log_tells_where_it_came_from),
	};

	return cmocka_run_group_tests_name("purpose", tests, NULL, NULL);
}
