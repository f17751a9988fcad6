/* api/origins: whole origins in a list, and none without a list. */
#include "cmocka_all.h"

#include "api/origins.h"

static void finds_whole_members(void **state)
{
	static const char list[] = "https://a.example https://a.example:8443 http://localhost:3000";

	(void)state;
	assert_true(origins_listed(list, "https://a.example"));
	assert_true(origins_listed(list, "https://a.example:8443"));
	assert_true(origins_listed(list, "http://localhost:3000"));
	assert_false(origins_listed(list, "https://a.example:84"));
	assert_false(origins_listed(list, "http://localhost"));
	assert_false(origins_listed(list, "a.example"));
	assert_false(origins_listed(list, "null"));
	assert_false(origins_listed(list, ""));
	assert_false(origins_listed(list, "https://a.example https://a.example:8443"));
	assert_false(origins_listed("", "https://a.example"));
	assert_false(origins_listed(NULL, "https://a.example"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(finds_whole_members)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
