/* jobs/guard: the public internet, and what the operator allows. */
#include "cmocka_all.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/config.h"
#include "jobs/guard.h"

static bool may(const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return guard_may_connect((struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return guard_may_connect((struct sockaddr *)&v6);
}

static void public_addresses_alone(void **state)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};

	(void)state;
	config.outbound_allow = "";
	assert_true(may("1.1.1.1"));
	assert_true(may("2606:4700::1111"));
	assert_false(may("127.0.0.1"));
	assert_false(may("10.0.0.1"));
	assert_false(may("169.254.169.254"));
	assert_false(may("::1"));
	assert_false(may("::ffff:192.168.0.1"));
	assert_false(may("fe80::1"));
	assert_false(guard_may_connect((struct sockaddr *)&local));
}

static void and_what_is_allowed(void **state)
{
	(void)state;
	config.outbound_allow = "10.1.0.0/16,::1";
	assert_true(may("10.1.2.3"));
	assert_false(may("10.2.2.3"));
	assert_true(may("::1"));
	assert_false(may("127.0.0.1"));
	assert_true(may("1.1.1.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_addresses_alone),
		cmocka_unit_test(and_what_is_allowed),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
