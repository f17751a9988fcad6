/* The terms on which an issuer speaks for an agency. */
#include "arena_fixture.h"

#include <stdio.h>

#include "auth/agency_entry.h"

#define NAMES "\"organisation_number\":\"310158380\",\"agency_id\":\"a\""

static struct agency_entry entry;

static const char *read_text(const char *more)
{
	char text[512];

	snprintf(text, sizeof(text), "{" NAMES "%s}", more);

	json_t *json = json_loads(text, 0, NULL);
	const char *why = agency_entry_read(arena, json, &entry);

	assert_non_null(json);
	json_decref(json);
	return why;
}

static void is_strict_by_default(void **state)
{
	(void)state;
	assert_null(read_text(""));
	assert_true(entry.user_required);
	assert_false(entry.entity || entry.maps_scopes);
	assert_int_equal(entry.clients.count + entry.suppliers.count, 0);
	assert_int_equal(entry.machine_allowed.count, 0);
	assert_string_equal(entry.machine_role, "SY");
	assert_int_equal(entry.dpop, -1);
	assert_null(entry.parent);
	assert_null(entry.role_ceiling);
}

static void reads_all_terms(void **state)
{
	(void)state;
	assert_null(read_text(
		",\"parent_number\":\"p\",\"covers\":\"entity\",\"dpop\":\"required\","
		"\"client_ids\":[\"c\"],\"suppliers\":[\"s\",\"t\"],"
		"\"scope_map\":{\"x\":[\"y\",\"z\"],\"w\":[]},\"role_ceiling\":[\"TL\",\"TM\"],"
		"\"user_required\":false,\"machine_allowed\":[\"y\"],\"machine_role\":\"CO\""));
	assert_true(entry.entity && entry.maps_scopes && !entry.user_required);
	assert_int_equal(entry.dpop, DEMAND_REQUIRED);
	assert_int_equal(entry.rule_count, 2);
	assert_string_equal(entry.role_ceiling, "{TL,TM}");
	assert_true(texts_hold(&entry.suppliers, "t"));
	assert_string_equal(entry.machine_role, "CO");
	assert_null(read_text(",\"scope_map\":{},\"role_ceiling\":[]"));
	assert_true(entry.maps_scopes);
	assert_string_equal(entry.role_ceiling, "{}");
}

static void refuses_what_it_does_not_understand(void **state)
{
	static const char *const texts[] = {
		",\"organisation_number\":null",
		",\"agency_id\":7",
		",\"covers\":\"all\"",
		",\"dpop\":\"maybe\"",
		",\"client_ids\":\"c\"",
		",\"suppliers\":[7]",
		",\"scope_map\":[]",
		",\"scope_map\":{\"x\":\"y\"}",
		",\"scope_map\":{\"x\":null}",
		",\"role_ceiling\":[\"tl\"]",
		",\"role_ceiling\":[\"A,B\"]",
		",\"role_ceiling\":[\"ABCDEFGHI\"]",
		",\"user_required\":\"no\"",
		",\"machine_allowed\":{}",
		",\"machine_role\":7",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (read_text(texts[i]) == NULL)
			fail_msg("%s is accepted", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_strict_by_default),
		cmocka_unit_test(reads_all_terms),
		cmocka_unit_test(refuses_what_it_does_not_understand),
	};

	return cmocka_run_group_tests_name("agency_entry", tests, arena_begin, arena_end);
}
