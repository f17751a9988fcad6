/* base/network: which addresses are the public internet's, and lists of networks. */
#include "cmocka_all.h"

#include "base/network.h"

static bool is_public(const char *text)
{
	struct address a = address_parse(text);

	return network_is_public(&a);
}

static bool is_in(const char *list, const char *text)
{
	struct address a = address_parse(text);

	return network_holds(list, &a);
}

static void knows_the_public_internet(void **state)
{
	static const char *const public[] = {"1.1.1.1",	       "9.255.255.255",	 "11.0.0.0",
					     "100.63.255.255", "172.15.255.255", "172.32.0.0",
					     "192.167.0.1",    "193.0.0.1",	 "223.255.255.255",
					     "2a01:79c::1",    "2606:4700::1111"};
	static const char *const special[] = {"0.0.0.0",
					      "10.0.0.1",
					      "100.64.0.1",
					      "127.0.0.1",
					      "127.255.0.1",
					      "169.254.169.254",
					      "172.16.0.1",
					      "172.31.255.255",
					      "192.0.0.1",
					      "192.0.2.1",
					      "192.168.1.1",
					      "198.18.0.1",
					      "198.51.100.7",
					      "203.0.113.9",
					      "224.0.0.1",
					      "255.255.255.255",
					      "::",
					      "::1",
					      "fe80::1",
					      "fc00::1",
					      "fd12:3456::1",
					      "ff02::1",
					      "2001:db8::1",
					      "2001::1",
					      "2002:7f00:1::",
					      "64:ff9b::7f00:1",
					      "::ffff:10.0.0.1",
					      "::ffff:127.0.0.1",
					      "::ffff:169.254.169.254",
					      "::127.0.0.1",
					      "no address"};

	(void)state;
	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++)
		assert_true(is_public(public[i]));
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		assert_false(is_public(special[i]));
}

static void reads_lists(void **state)
{
	static const char list[] = "10.1.0.0/16, fd00::/8,192.168.1.7";

	(void)state;
	assert_true(is_in(list, "10.1.255.1"));
	assert_false(is_in(list, "10.2.0.1"));
	assert_true(is_in(list, "::ffff:10.1.0.1"));
	assert_true(is_in(list, "fd99::1"));
	assert_true(is_in(list, "192.168.1.7"));
	assert_false(is_in(list, "192.168.1.8"));
	assert_false(is_in("", "10.1.0.1"));
	assert_true(is_in("0.0.0.0/0", "8.8.8.8"));
	assert_true(is_in("128.0.0.0/1", "200.0.0.1"));
	assert_false(is_in("128.0.0.0/1", "100.0.0.1"));
}

static void says_what_is_no_list(void **state)
{
	static const char *const bad[] = {"10.0.0.0/33",	  "10.0.0.0/",	"10.0.0.0/-1", "x",
					  "10.0.0.0/8,,fd00::/8", "fd00::/129", "10.0.0.0/8 x"};

	(void)state;
	assert_true(network_list_is_valid(""));
	assert_true(network_list_is_valid("127.0.0.0/8, ::1"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(network_list_is_valid(bad[i]));
	/* what cannot be read allows nothing */
	assert_false(is_in("10.0.0.0/33", "10.0.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_public_internet),
		cmocka_unit_test(reads_lists),
		cmocka_unit_test(says_what_is_no_list),
	};

	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
