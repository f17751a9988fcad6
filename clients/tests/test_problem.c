/* Problems as values and as text; what is no problem is not taken for one. */
#include "../../tests/unit/cmocka_all.h"

#include <string.h>

#include "lib/member.h"
#include "lib/problem.h"
#include "lib/transfer.h"

enum { MEMORY = 1 << 24 };

static struct reply reply_of(struct arena *a, int status, const char *type, const char *body)
{
	return (struct reply){
		.status = status,
		.headers = member_keep(a, json_pack("{s:s}", "content-type", type)),
		.json = member_keep(a, json_loads(body, 0, NULL)),
	};
}

static void test_read(void **state)
{
	struct arena *a = arena_new(MEMORY);
	struct reply reply = reply_of(a, 409, "application/problem+json; charset=utf-8",
				      "{\"code\":\"invalid_transition\",\"title\":\"Not now\","
				      "\"allowed\":[\"close\",\"forward\"]}");
	struct problem problem;

	(void)state;
	assert_true(problem_read(&reply, &problem));
	assert_string_equal(problem.code, "invalid_transition");
	assert_string_equal(problem.detail, "");
	assert_string_equal(problem_text(a, &reply),
			    "Not now (409 invalid_transition)\n  allowed: close, forward");
	arena_free(a);
}

static void test_faults(void **state)
{
	struct arena *a = arena_new(MEMORY);
	struct reply reply = reply_of(
		a, 422, "application/problem+json",
		"{\"code\":\"invalid_body\",\"title\":\"No\",\"detail\":\"two faults\",\"errors\":["
		"{\"pointer\":\"/a\",\"detail\":\"is required\"},{\"pointer\":\"/b\"}]}");

	(void)state;
	assert_string_equal(problem_text(a, &reply),
			    "No: two faults (422 invalid_body)\n  /a: is required\n  /b: ");
	arena_free(a);
}

static void test_others(void **state)
{
	struct arena *a = arena_new(MEMORY);
	struct reply html = reply_of(a, 502, "text/html", "{}");
	struct reply none = {.status = 0, .failure = "Connection refused"};
	struct problem problem;

	(void)state;
	assert_false(problem_read(&html, &problem));
	assert_non_null(strstr(problem_text(a, &html), "502"));
	assert_string_equal(problem_text(a, &none), "Connection refused");
	arena_free(a);
}

static void test_mask(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	assert_string_equal(transfer_mask(a, "{\"national_id\":\"13916900216\"}"),
			    "{\"national_id\":\"***********\"}");
	assert_string_equal(transfer_mask(a, "123456789012 1234567890"), "123456789012 1234567890");
	assert_string_equal(transfer_mask(a, "fnr13916900216,a-13916900216 b"),
			    "fnr***********,a-*********** b");
	assert_string_equal(
		transfer_mask(
			a, "7c41c2c602a0fea70bb29463940750da 01a20594-4f2a-7d11-9c3e-a13916900216"),
		"7c41c2c602a0fea70bb29463940750da 01a20594-4f2a-7d11-9c3e-a13916900216");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
