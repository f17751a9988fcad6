/* The table of algorithms: what is in it, and above all what is not. */
#include "cmocka_all.h"

#include <string.h>

#include "auth/algorithm.h"

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < ALGORITHM_COUNT; i++) {
		const struct algorithm_facts *facts = algorithm_facts((enum algorithm)i);

		assert_int_equal(algorithm_find(facts->name), i);
		/* RS256 and SHA256 speak of the same digest */
		assert_string_equal(facts->name + 2, facts->digest + 3);
		assert_int_equal(facts->coordinate > 0, facts->name[0] == 'E');
		assert_int_equal(facts->key == KEY_RSA, facts->name[0] != 'E');
	}
}

static void test_unknown(void **state)
{
	static const char *const names[] = {"none",   "None",	"NONE",	 "nOnE",   "",
					    "HS256",  "HS384",	"HS512", "rs256",  "RS1",
					    "RS2560", "RS256 ", "EdDSA", "ES256K", "RSA-OAEP"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(algorithm_find(names[i]), ALGORITHM_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
