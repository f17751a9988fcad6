/* http/peers: each address has its share of connections, and gets it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/peers.h"

static void limits_each_address(void **state)
{
	struct peers *p = peers_new(8, 2);

	(void)state;
	assert_true(peers_enter(p, "10.0.0.1"));
	assert_true(peers_enter(p, "10.0.0.1"));
	assert_false(peers_enter(p, "10.0.0.1"));
	assert_false(peers_enter(p, "::ffff:10.0.0.1"));
	assert_true(peers_enter(p, "10.0.0.2"));
	peers_leave(p, "10.0.0.1");
	assert_true(peers_enter(p, "10.0.0.1"));
	peers_free(p);
}

static void counts_ipv6_by_its_net(void **state)
{
	struct peers *p = peers_new(8, 2);

	(void)state;
	assert_true(peers_enter(p, "2001:db8::1"));
	assert_true(peers_enter(p, "2001:db8::2"));
	assert_false(peers_enter(p, "2001:db8::3"));
	assert_true(peers_enter(p, "2001:db8:0:1::1"));
	peers_free(p);
}

static void forgets_who_has_left(void **state)
{
	struct peers *p = peers_new(2, 9);

	(void)state;
	assert_true(peers_enter(p, "10.0.0.1"));
	assert_true(peers_enter(p, "10.0.0.2"));
	assert_false(peers_enter(p, "10.0.0.3"));
	peers_leave(p, "10.0.0.1");
	assert_true(peers_enter(p, "10.0.0.3"));
	peers_leave(p, "10.0.0.9");
	peers_leave(p, "10.0.0.2");
	peers_leave(p, "10.0.0.3");
	assert_true(peers_enter(p, "10.0.0.4"));
	peers_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_each_address),
		cmocka_unit_test(counts_ipv6_by_its_net),
		cmocka_unit_test(forgets_who_has_left),
	};

	return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
