/* The head of an answer that the daemon fetched. */
#include "cmocka_all.h"

#include <string.h>

#include "jobs/fetch_header.h"

static void takes_what_it_knows(void **state)
{
	static const struct {
		const char *line, *etag;
		int64_t max_age_s, retry_after_s;
	} rows[] = {
		{"HTTP/1.1 200 OK\r\n", "", -1, -1},
		{"etag: \"x\"\r\n", "\"x\"", -1, -1},
		{"ETag:\t W/\"x\" \r\n", "W/\"x\"", -1, -1},
		{"ETag:\r\n", "", -1, -1},
		{"ETagx: y\r\n", "", -1, -1},
		{"Cache-Control: public, Max-Age=60\r\n", "", 60, -1},
		{"cache-control: no-store\r\n", "", -1, -1},
		{"Cache-Control: max-age=-5\r\n", "", -1, -1},
		{"Cache-Control: max-age=99999999999999999999\r\n", "", -1, -1},
		{"Retry-After: 120\r\n", "", -1, 120},
		{"Retry-After: Sun, 22 Nov 2026 07:25:41 GMT\r\n", "", -1, -1},
		{"\r\n", "", -1, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fetch_answer answer = {.max_age_s = -1, .retry_after_s = -1};

		fetch_header(&answer, rows[i].line, strlen(rows[i].line));
		assert_string_equal(answer.etag, rows[i].etag);
		assert_int_equal(answer.max_age_s, rows[i].max_age_s);
		assert_int_equal(answer.retry_after_s, rows[i].retry_after_s);
	}
}

static void leaves_what_is_too_long(void **state)
{
	struct fetch_answer answer = {.max_age_s = -1, .retry_after_s = -1};
	char line[600] = "ETag: ";

	(void)state;
	memset(line + 6, 'x', 590);
	fetch_header(&answer, line, 6 + 128);
	assert_string_equal(answer.etag, "");
	fetch_header(&answer, line, 6 + 590);
	assert_string_equal(answer.etag, "");
	fetch_header(&answer, line, 6 + 127);
	assert_int_equal(strlen(answer.etag), 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_it_knows),
		cmocka_unit_test(leaves_what_is_too_long),
	};

	return cmocka_run_group_tests_name("fetch_header", tests, NULL, NULL);
}
