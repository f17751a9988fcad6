/* What an answer means, how long is waited; names made of contents. */
#include "../../tests/unit/cmocka_all.h"

#include <string.h>

#include "lib/digest.h"
#include "lib/pace.h"

static void test_verdicts(void **state)
{
	static const struct {
		int status;
		enum verdict verdict;
	} cases[] = {
		{200, VERDICT_DONE},  {201, VERDICT_DONE},  {202, VERDICT_DONE},
		{0, VERDICT_LATER},   {304, VERDICT_LATER}, {400, VERDICT_NEVER},
		{401, VERDICT_LATER}, {403, VERDICT_LATER}, {404, VERDICT_LATER},
		{409, VERDICT_NEVER}, {413, VERDICT_NEVER}, {415, VERDICT_NEVER},
		{422, VERDICT_NEVER}, {429, VERDICT_LATER}, {500, VERDICT_LATER},
		{503, VERDICT_LATER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct reply reply = {.status = cases[i].status};

		assert_int_equal(verdict_of(&reply), cases[i].verdict);
	}
}

static void test_pauses(void **state)
{
	static const long most[] = {1000, 2000, 4000, 8000, 8000, 8000};
	struct pace p = {.first_ms = 1000, .most_ms = 8000};
	const struct reply silence = {.status = 0};

	(void)state;
	for (size_t i = 0; i < sizeof(most) / sizeof(*most); i++)
		assert_in_range(pace_next(&p, &silence, 0, (unsigned)i * 977), most[i] / 2,
				most[i]);
	p.failures = 4000000000U;
	assert_in_range(pace_next(&p, &silence, 0, 4294967295U), 4000, 8000);
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *after;
		long least, most;
	} cases[] = {
		{"30", 30000, 30000},
		{"999999999", 3600000, 3600000},
		{"Thu, 01 Jan 1970 00:01:40 GMT", 90000, 90000},
		{"Thu, 01 Jan 1970 00:00:01 GMT", 500, 1000},
		{"-3", 500, 1000},
		{"soon", 500, 1000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pace p = {.first_ms = 1000, .most_ms = 8000};
		struct reply reply = {.status = 503,
				      .headers = json_pack("{s:s}", "retry-after", cases[i].after)};

		assert_in_range(pace_next(&p, &reply, 10, 0), cases[i].least, cases[i].most);
		json_decref(reply.headers);
	}
}

static void test_digests(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *id = digest_uuid(a, "abc");

	(void)state;
	/* FIPS 180-2's vector */
	assert_string_equal(digest_bytes(a, "abc", 3), "ba7816bf8f01cfea414140de5dae2223");
	assert_int_equal(strlen(id), 36);
	assert_int_equal(id[14], '8');
	assert_non_null(strchr("89ab", id[19]));
	assert_string_equal(id, digest_uuid(a, "abc"));
	assert_string_not_equal(id, digest_uuid(a, "abd"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
