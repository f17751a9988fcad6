/* base/address: what counts as one client, and which one is this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/address.h"

static bool same(const char *a, const char *b)
{
	const struct address x = address_household(a), y = address_household(b);

	return address_equal(&x, &y);
}

static void counts_ipv6_by_its_net(void **state)
{
	(void)state;
	assert_true(same("2001:db8::1", "2001:db8::2"));
	assert_false(same("2001:db8::1", "2001:db8:0:1::1"));
	assert_true(same("10.0.0.1", "::ffff:10.0.0.1"));
	assert_false(same("10.0.0.1", "10.0.0.2"));
	assert_false(same("", "10.0.0.2"));
	assert_true(same("", "no address"));
}

static void parses_whole_addresses(void **state)
{
	const struct address one = address_parse("2001:db8::1"), two = address_parse("2001:db8::2");

	(void)state;
	assert_false(address_equal(&one, &two));
	assert_int_equal(one.bytes[15], 1);
}

static void knows_this_machine(void **state)
{
	(void)state;
	assert_true(address_is_loopback("127.0.0.1"));
	assert_true(address_is_loopback("127.9.9.9"));
	assert_true(address_is_loopback("::1"));
	assert_true(address_is_loopback("::ffff:127.0.0.1"));
	assert_false(address_is_loopback("128.0.0.1"));
	assert_false(address_is_loopback("::2"));
	assert_false(address_is_loopback("::127.0.0.1"));
	assert_false(address_is_loopback(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_ipv6_by_its_net),
		cmocka_unit_test(parses_whole_addresses),
		cmocka_unit_test(knows_this_machine),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
