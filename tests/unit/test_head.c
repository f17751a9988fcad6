/* http/head: what a request's head may be, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/head.h"

#define LINE "GET /a HTTP/1.1\r\n"
#define HOST "Host: a\r\n"

/* 0 as status: accepted. */
static const struct row {
	int status;
	const char *text;
} rows[] = {
	{0, LINE HOST "\r\n"},
	{0, "\r\n" LINE HOST "\r\n"},
	{0, "GET / HTTP/1.0\r\n\r\n"},
	{0, "GET http://a/x?y HTTP/1.1\r\n" HOST "\r\n"},
	{0, "GET HTTP://A HTTP/1.1\r\n" HOST "\r\n"},
	{0, "OPTIONS / HTTP/1.1\r\nHost: a.b:80\r\n\r\n"},
	{0, "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"},
	{0, LINE HOST "X:\r\nY: \t z \t\r\n\r\n"},
	{0, LINE HOST "X: caf\xc3\xa9\r\n\r\n"},
	{0, "POST / HTTP/1.1\r\n" HOST "content-length: 007\r\n\r\n"},
	{0, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n"},
	{0, "POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n"},
	/* the request line */
	{400, "\r\n\r\n" LINE HOST "\r\n"},
	{400, "\n" LINE HOST "\r\n"},
	{400, " GET /a HTTP/1.1\r\n"},
	{400, "GET  /a HTTP/1.1\r\n"},
	{400, "GET /a  HTTP/1.1\r\n"},
	{400, "GET /a HTTP/1.1 \r\n"},
	{400, "GET\t/a\tHTTP/1.1\r\n"},
	{400, "GET /a b HTTP/1.1\r\n"},
	{400, "GET /a\r\n"},
	{400, "GET\r\n"},
	{400, "GET /a HTTP/1.1\n"},
	{400, "GET /a HTTP/1.1\r\r\n"},
	{400, "G(T / HTTP/1.1\r\n"},
	{501, "get / HTTP/1.1\r\n"},
	{501, "TRACE / HTTP/1.1\r\n"},
	{501, "GETS / HTTP/1.1\r\n"},
	{501, "OPTIONS * HTTP/1.1\r\n"},
	{501, "CONNECT a:443 HTTP/1.1\r\n"},
	{505, "GET / HTTP/1.10\r\n"},
	{505, "GET / HTTP/1.2\r\n"},
	{505, "GET / HTTP/2.0\r\n"},
	{505, "GET / HTTP/0.9\r\n"},
	{505, "GET / HTTP/01.1\r\n"},
	{505, "PRI * HTTP/2.0\r\n"},
	{400, "GET / http/1.1\r\n"},
	{400, "GET / ICY/1.1\r\n"},
	/* the target */
	{400, "GET a HTTP/1.1\r\n"},
	{400, "GET ?a HTTP/1.1\r\n"},
	{400, "GET /a#b HTTP/1.1\r\n"},
	{400, "GET /<a> HTTP/1.1\r\n"},
	{400, "GET /a\\b HTTP/1.1\r\n"},
	{400, "GET /\xc3\xa6 HTTP/1.1\r\n"},
	{400, "GET /?\xc3\xa6 HTTP/1.1\r\n"},
	{400, "GET /?a=\"b\" HTTP/1.1\r\n"},
	{400, "GET ftp://a/ HTTP/1.1\r\n"},
	{400, "GET http:///x HTTP/1.1\r\n"},
	{400, "GET http://u@a/ HTTP/1.1\r\n"},
	{400, "GET http://b/ HTTP/1.1\r\n" HOST "\r\n"},
	{400, "GET http://a/ HTTP/1.0\r\n\r\n"},
	/* headers */
	{400, LINE HOST "no colon\r\n\r\n"},
	{400, LINE HOST "X : y\r\n\r\n"},
	{400, LINE HOST "X\t: y\r\n\r\n"},
	{400, LINE HOST ": y\r\n\r\n"},
	{400, LINE HOST "X: y\r\n z\r\n\r\n"},
	{400, LINE " " HOST "\r\n"},
	{400, LINE HOST "X(: y\r\n\r\n"},
	{400, LINE HOST "X\xc3\xa6: y\r\n\r\n"},
	{400, LINE HOST "X: a\x01\r\n\r\n"},
	{400, LINE HOST "X: a\x7f\r\n\r\n"},
	{400, LINE HOST "X: a\rb\r\n\r\n"},
	{400, LINE HOST "X: a\nY: b\r\n\r\n"},
	{400, LINE HOST "X: \xff\r\n\r\n"},
	{400, LINE HOST "\n"},
	{400, LINE HOST "\r\r\n"},
	/* Host */
	{400, LINE "\r\n"},
	{400, LINE HOST HOST "\r\n"},
	{400, LINE HOST "host: b\r\n\r\n"},
	{400, LINE "Host:\r\n\r\n"},
	{400, LINE "Host: a b\r\n\r\n"},
	{400, LINE "Host: a,b\r\n\r\n"},
	{400, LINE "Host: a/b\r\n\r\n"},
	{400, LINE "Host: u@a\r\n\r\n"},
	{400, LINE "Host: a:\r\n\r\n"},
	{400, LINE "Host: a:99999\r\n\r\n"},
	{400, LINE "Host: [::1\r\n\r\n"},
	{400, LINE "Host: [zz]\r\n\r\n"},
	{400, "GET / HTTP/1.0\r\n" HOST HOST "\r\n"},
	/* where the body ends */
	{400, LINE HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"},
	{400, LINE HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"},
	{400, LINE HOST "Content-Length: +1\r\n\r\n"},
	{400, LINE HOST "Content-Length: -1\r\n\r\n"},
	{400, LINE HOST "Content-Length: 1, 1\r\n\r\n"},
	{400, LINE HOST "Content-Length: 0x1\r\n\r\n"},
	{400, LINE HOST "Content-Length: 1 1\r\n\r\n"},
	{400, LINE HOST "Content-Length: 1.0\r\n\r\n"},
	{400, LINE HOST "Content-Length:\r\n\r\n"},
	{400, LINE HOST "Content-Length: 9999999999999999999\r\n\r\n"},
	{400, LINE HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
	{400, LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"},
	{400, LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
	{400, "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"},
	{501, LINE HOST "Transfer-Encoding: gzip, chunked\r\n\r\n"},
	{501, LINE HOST "Transfer-Encoding: chunked, chunked\r\n\r\n"},
	{501, LINE HOST "Transfer-Encoding: identity\r\n\r\n"},
	{501, LINE HOST "Transfer-Encoding: xchunked\r\n\r\n"},
	{400, LINE HOST "Transfer-Encoding:\r\n\r\n"},
	{417, LINE HOST "Expect: 200-ok\r\n\r\n"},
};

static int scan(struct head *h, const char *text, size_t len)
{
	head_clear(h);
	return head_scan(h, text, len);
}

static void judges_each_row(void **state)
{
	struct head *h = calloc(1, sizeof(*h));

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].text;
		int want = rows[i].status == 0 ? (int)strlen(text) : -rows[i].status;
		int got = scan(h, text, strlen(text));

		if (got != want)
			print_error("row %zu: %s\n", i, text);
		assert_int_equal(got, want);
		assert_int_equal(h->status, rows[i].status);
		assert_true((h->code != NULL) == (want < 0));
	}
	free(h);
}

/* However the bytes arrive, the judgement is the same, and it comes at the latest with the last. */
static void judges_byte_by_byte(void **state)
{
	struct head *h = calloc(1, sizeof(*h));

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].text;
		int want = rows[i].status == 0 ? (int)strlen(text) : -rows[i].status, got = 0;

		head_clear(h);
		for (size_t n = 1; n <= strlen(text) && got == 0; n++)
			got = head_scan(h, text, n);
		assert_int_equal(got, want);
	}
	free(h);
}

static void assert_span(const char *text, struct span s, const char *want)
{
	assert_int_equal(s.len, strlen(want));
	assert_memory_equal(text + s.at, want, s.len);
}

static void finds_the_places(void **state)
{
	static const char text[] = "\r\nPATCH http://a.b:1/c%2F/d?e=f?g HTTP/1.1\r\nhOST:a.b:1\r\n"
				   "X:\r\nConnection: Keep-Alive , CLOSE\r\n"
				   "Content-Length: \t42 \r\nY: a b\r\n\r\nGET /";
	struct head *h = calloc(1, sizeof(*h));

	(void)state;
	assert_int_equal(scan(h, text, sizeof(text) - 1), sizeof(text) - 6);
	assert_span(text, h->method, "PATCH");
	assert_span(text, h->path, "/c%2F/d");
	assert_span(text, h->query, "e=f?g");
	assert_span(text, h->names[0], "hOST");
	assert_span(text, h->values[0], "a.b:1");
	assert_span(text, h->values[1], "");
	assert_span(text, h->values[4], "a b");
	assert_int_equal(h->header_count, 5);
	assert_int_equal(h->content_length, 42);
	assert_true(h->wants_close && h->has_query && !h->http10 && !h->chunked);
	free(h);
}

static void keeps_the_limits(void **state)
{
	struct head *h = calloc(1, sizeof(*h));
	size_t size = 3 * HEAD_MAX;
	char *text = malloc(size);
	int n;

	(void)state;
	memset(text, 'a', size);
	assert_int_equal(scan(h, text, HEAD_TARGET_MAX), 0);
	assert_int_equal(scan(h, text, HEAD_TARGET_MAX + 100), -414);
	memcpy(text, "GET /", 5);
	memcpy(text + 5 + HEAD_TARGET_MAX, " HTTP/1.1\r\n", 11);
	n = 5 + HEAD_TARGET_MAX + 11;
	assert_int_equal(scan(h, text, (size_t)n), -414);
	memset(text, 'a', size);
	memcpy(text, LINE HOST "X:", 28);
	assert_int_equal(scan(h, text, HEAD_MAX), 0);
	assert_int_equal(scan(h, text, HEAD_MAX + 1), -431);
	n = snprintf(text, size, LINE HOST);
	for (int i = 1; i < HEAD_HEADERS_MAX; i++)
		n += snprintf(text + n, size - (size_t)n, "X%d: y\r\n", i);
	memcpy(text + n, "\r\n", 3);
	assert_int_equal(scan(h, text, (size_t)n + 2), n + 2);
	n += snprintf(text + n, size - (size_t)n, "Z: y\r\n\r\n");
	assert_int_equal(scan(h, text, (size_t)n), -431);
	free(text);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_each_row),
		cmocka_unit_test(judges_byte_by_byte),
		cmocka_unit_test(finds_the_places),
		cmocka_unit_test(keeps_the_limits),
	};

	return cmocka_run_group_tests_name("head", tests, NULL, NULL);
}
