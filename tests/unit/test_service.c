/* api/service: the real contract, statements, machines and matrix fit together and start. */
#include "api_fixture.h"

#include "api/trust.h"
#include "base/config.h"
#include "db/statement.h"

static void starts_with_all_parts(void **state)
{
	char why[256] = "";

	(void)state;
	fixture_settings();
	config.seal_keys = fixture_keys;
	if (!service_start(why))
		fail_msg("%s", why);
	assert_true(service.contract->operation_count > 30);
	assert_true(statements_count() > service.contract->operation_count);
	assert_non_null(service.seals);
	assert_non_null(problem_entry("not_found"));
	/* no registry before the first reload */
	assert_null(trust_hold());
	trust_release();
	service_stop();
}

static void refuses_unusable_keys(void **state)
{
	static const char *const bad[] = {"", "{}", "[]", "nonsense", "{\"encryption\":[]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char why[256] = "";

		config.seal_keys = bad[i];
		assert_false(service_start(why));
		assert_string_not_equal(why, "");
		arena_free(service.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_with_all_parts),
		cmocka_unit_test(refuses_unusable_keys),
	};

	return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
