/* api/cap: so many calls an hour from each address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/cap.h"

static const int64_t second = 1000000;

static unsigned take(struct cap *c, const char *address, int64_t at_s)
{
	return cap_take(c, &(struct cap_call){address, 1}, at_s * second);
}

static void limits_each_address(void **state)
{
	struct cap *c = cap_new(2);

	(void)state;
	assert_int_equal(take(c, "10.0.0.1", 100), 0);
	assert_int_equal(take(c, "10.0.0.1", 200), 0);
	assert_int_equal(take(c, "10.0.0.1", 300), 3400);
	assert_int_equal(take(c, "10.0.0.1", 3699), 1);
	assert_int_equal(take(c, "10.0.0.2", 300), 0);
	assert_int_equal(take(c, "10.0.0.1", 3700), 0);
	assert_int_equal(take(c, "10.0.0.1", 3701), 0);
	assert_int_equal(take(c, "10.0.0.1", 3702), 3598);
	cap_free(c);
}

static void counts_operations_apart(void **state)
{
	struct cap *c = cap_new(1);

	(void)state;
	assert_int_equal(cap_take(c, &(struct cap_call){"::1", 1}, 0), 0);
	assert_int_equal(cap_take(c, &(struct cap_call){"::1", 2}, 0), 0);
	assert_int_equal(cap_take(c, &(struct cap_call){"::2", 1}, 0), 3600);
	cap_free(c);
}

static void without_a_limit_counts_nothing(void **state)
{
	struct cap *c = cap_new(0);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(take(c, "10.0.0.1", 0), 0);
	cap_free(c);
}

/* more addresses than there are places: everyone is still served, and still counted */
static void forgets_the_longest_known(void **state)
{
	struct cap *c = cap_new(1);
	char address[32];

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(address, sizeof(address), "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		assert_int_equal(take(c, address, 1 + i / 1000), 0);
		assert_int_not_equal(take(c, address, 1 + i / 1000), 0);
	}
	cap_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_each_address),
		cmocka_unit_test(counts_operations_apart),
		cmocka_unit_test(without_a_limit_counts_nothing),
		cmocka_unit_test(forgets_the_longest_known),
	};

	return cmocka_run_group_tests_name("cap", tests, NULL, NULL);
}
