/* The formats of addresses: edges beside the official suite. */
#include "schema_fixture.h"

#include "contract/schema_formats.h"

static bool check(bool (*format)(const char *, size_t), const char *s)
{
	return format(s, strlen(s));
}

static void reads_ip_addresses(void **state)
{
	(void)state;
	assert_true(check(format_ipv4, "127.0.0.1"));
	assert_false(check(format_ipv4, "1.2.3"));
	assert_false(check(format_ipv4, "1.2.3.4."));
	assert_true(check(format_ipv6, "1:2:3:4:5:6:7::"));
	assert_false(check(format_ipv6, "1:2:3:4:5:6:7:8::"));
	assert_false(check(format_ipv6, "::1.2.3.4:1"));
	assert_false(check(format_ipv6, ""));
}

static void reads_mailboxes(void **state)
{
	(void)state;
	assert_true(check(format_email, "a@b"));
	assert_true(check(format_email, "\"a\\\"b\"@b.no"));
	assert_false(check(format_email, "\"a\"b@b.no"));
	assert_false(check(format_email, "a@[IPv6:]"));
	assert_false(check(format_email, "a@[1.2.3.4"));
	assert_false(check(format_email, "ø@b.no"));
	assert_true(check(format_idn_email, "ø@å.no"));
	assert_false(check(format_email, ""));
}

static void reads_uris(void **state)
{
	(void)state;
	assert_true(check(format_uri, "urn:uuid:0"));
	assert_true(check(format_uri, "http://[v1.a:b]/"));
	assert_false(check(format_uri, "http://[v1.]/"));
	assert_false(check(format_uri, "http://[::1]x/"));
	assert_true(check(format_uri, "http://a:/"));
	assert_false(check(format_uri, ""));
	assert_true(check(format_uri_reference, "a/b:c"));
	assert_false(check(format_uri_reference, "a b"));
	assert_false(check(format_uri_reference, "#a#b"));
}

RUN(cmocka_unit_test(reads_ip_addresses), cmocka_unit_test(reads_mailboxes),
    cmocka_unit_test(reads_uris))
