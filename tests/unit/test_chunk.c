/* http/chunk: chunked bodies, whole and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/chunk.h"

/* What comes out of `in`, fed `step` bytes at a time; *rest gets the bytes that were not used. */
static enum chunk_step feed(const char *in, size_t step, char *out, size_t *rest)
{
	struct chunk *c = calloc(1, sizeof(*c));
	size_t len = strlen(in), at = 0;
	enum chunk_step what = CHUNK_MORE;

	*out = '\0';
	while (at < len && what != CHUNK_END && what != CHUNK_BAD) {
		size_t n = len - at < step ? len - at : step, used, size;

		what = chunk_decode(c, in + at, n, &used, &size);
		assert_true(used <= n && used > 0);
		if (what == CHUNK_DATA)
			strncat(out, in + at + used - size, size);
		at += used;
	}
	*rest = len - at;
	free(c);
	return what;
}

static const struct {
	const char *in, *out; /* NULL: refused */
	size_t rest;
} rows[] = {
	{"0\r\n\r\n", "", 0},
	{"3\r\nabc\r\n0\r\n\r\n", "abc", 0},
	{"3\r\nabc\r\n0\r\n\r\nGET /", "abc", 5},
	{"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc", 0},
	{"A\r\n0123456789\r\n000\r\n\r\n", "0123456789", 0},
	{"00000003\r\n\r\n!\r\n0\r\n\r\n", "\r\n!", 0},
	{"3;a\r\nabc\r\n0\r\n\r\n", "abc", 0},
	{"3;a=b;c=\"d;\\\" e\"\r\nabc\r\n0;z\r\n\r\n", "abc", 0},
	{"0\r\nX: y\r\nZ:\r\n\r\n", "", 0},
	{"\r\n", NULL, 0},
	{" 3\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3 \r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3 ;a\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3; a\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3;\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3;;a\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3;a=\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3;a=\"b\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3;a=\"b\\\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3;a\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3;a\rb\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"+3\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"-3\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"0x3\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"g\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3,3\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"000000003\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"FFFFFFFFFFFFFFFF3\r\nabc\r\n", NULL, 0},
	{"3\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3\r\r\nabc\r\n0\r\n\r\n", NULL, 0},
	{"3\r\nabcd\r\n0\r\n\r\n", NULL, 0},
	{"3\r\nabc0\r\n\r\n", NULL, 0},
	{"3\r\nabc\n0\r\n\r\n", NULL, 0},
	{"3\r\nabc\r0\r\n\r\n", NULL, 0},
	{"0\r\n\n", NULL, 0},
	{"0\r\nno colon\r\n\r\n", NULL, 0},
	{"0\r\nX : y\r\n\r\n", NULL, 0},
	{"0\r\n folded\r\n\r\n", NULL, 0},
	{"0\r\nContent-Length: 3\r\n\r\n", NULL, 0},
	{"0\r\ntransfer-encoding: chunked\r\n\r\n", NULL, 0},
	{"0\r\nHost: a\r\n\r\n", NULL, 0},
	{"0\r\nX: \x01\r\n\r\n", NULL, 0},
};

static void decodes_or_refuses(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t step = 1; step < 40; step += step < 4 ? 1 : 17) {
			size_t rest;
			enum chunk_step what = feed(rows[i].in, step, out, &rest);

			if (rows[i].out == NULL) {
				assert_int_equal(what, CHUNK_BAD);
				continue;
			}
			assert_int_equal(what, CHUNK_END);
			assert_string_equal(out, rows[i].out);
			assert_int_equal(rest, rows[i].rest);
		}
}

static void limits_what_is_no_body(void **state)
{
	struct chunk *c = calloc(1, sizeof(*c));
	char line[CHUNK_LINE_MAX + 8];
	size_t used, size, rounds = 0;

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, "3;", 2);
	assert_int_equal(chunk_decode(c, line, sizeof(line), &used, &size), CHUNK_BAD);
	*c = (struct chunk){.state = CHUNK_TRAILER};
	memcpy(line, "X:", 2);
	memcpy(line + 1000, "\r\n", 2);
	while (chunk_decode(c, line, 1002, &used, &size) == CHUNK_MORE)
		rounds++;
	assert_int_equal(rounds, CHUNK_OVERHEAD_MAX / 1002);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_or_refuses),
		cmocka_unit_test(limits_what_is_no_body),
	};

	return cmocka_run_group_tests_name("chunk", tests, NULL, NULL);
}
