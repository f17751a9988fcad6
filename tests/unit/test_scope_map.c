/* From an issuer's scopes to ours, for persons and machines. */
#include "cmocka_all.h"

#include "auth/scope_map.h"

static void maps_and_cuts(void **state)
{
	static const char *to_read[] = {"patients.read", "directory.read"};
	static const char *to_write[] = {"patients.read", "patients.write"};
	static struct scope_rule rules[] = {
		{"api/read", {.given = true, .count = 2, .list = to_read}},
		{"api/write", {.given = true, .count = 2, .list = to_write}},
	};
	static const char *allowed[] = {"directory.read", "imports.write"};
	static const struct {
		bool maps, machine;
		const char *scope, *out; /* NULL: none */
	} rows[] = {
		{false, false, NULL, NULL},
		{false, false, "", ""},
		{false, false, "patients.read x", "patients.read x"},
		{true, false, NULL, ""},
		{true, false, "openid", ""},
		{true, false, "patients.read", ""},
		{true, false, "api/read", "patients.read directory.read"},
		{true, false, "api/write openid api/read",
		 "patients.read directory.read patients.write"},
		{true, false, "api/rea api/readx", ""},
		{false, true, NULL, ""},
		{false, true, "patients.read", ""},
		{false, true, "imports.write patients.read", "imports.write"},
		{true, true, "api/read", "directory.read"},
		{true, true, "directory.read", ""},
		{true, true, NULL, ""},
	};
	struct arena *a = arena_new(1024 * 1024);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct agency_entry terms = {
			.maps_scopes = rows[i].maps,
			.rule_count = rows[i].maps ? 2 : 0,
			.rules = rules,
			.machine_allowed = {.given = true, .count = 2, .list = allowed}};
		const char *out = scope_map(a, &terms, rows[i].machine, rows[i].scope);

		if (rows[i].out == NULL)
			assert_null(out);
		else
			assert_string_equal(out, rows[i].out);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(maps_and_cuts)};

	return cmocka_run_group_tests_name("scope_map", tests, NULL, NULL);
}
