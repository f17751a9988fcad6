/* api/ops_docs: the viewer's files, whole or compressed, under a policy that loads nothing else. */
#include "api_fixture.h"

#include "api/ops.h"

static struct request *file(const char *name, const char *encoding)
{
	struct request *r = fixture_request("GET", "/docs/x");

	r->parameters[r->parameter_count++] = (struct parameter_value){"file", name, IN_PATH};
	if (encoding != NULL)
		fixture_header(r, "Accept-Encoding", encoding);
	return r;
}

static void the_page_loads_only_what_is_here(void **state)
{
	struct request *r = fixture_request("GET", "/docs");

	(void)state;
	assert_int_equal(ops_docs(r), ANSWERED);
	assert_int_equal(r->reply.status, 200);
	assert_string_equal(r->reply.content_type, "text/html; charset=utf-8");
	assert_null(strstr(r->reply.body, "//"));
	assert_non_null(strstr(fixture_reply(r, "Content-Security-Policy"), "default-src 'none'"));
	assert_null(strstr(fixture_reply(r, "Content-Security-Policy"), "unsafe"));
	fixture_end(r);
}

static void compressed_for_whoever_takes_it(void **state)
{
	struct request *plain = file("swagger-ui-bundle.js", NULL);
	struct request *small = file("swagger-ui-bundle.js", "br, gzip");

	(void)state;
	ops_docs_file(plain);
	ops_docs_file(small);
	assert_null(fixture_reply(plain, "Content-Encoding"));
	assert_string_equal(fixture_reply(small, "Content-Encoding"), "gzip");
	assert_string_equal(fixture_reply(small, "Vary"), "Accept-Encoding");
	assert_string_equal(small->reply.content_type, plain->reply.content_type);
	assert_true(small->reply.body_size * 3 < plain->reply.body_size);
	assert_string_not_equal(fixture_reply(small, "ETag"), fixture_reply(plain, "ETag"));
	fixture_end(plain);
	fixture_end(small);
}

static void who_holds_it_gets_304(void **state)
{
	struct request *first = file("start.js", "gzip"), *again = file("start.js", "gzip");

	(void)state;
	ops_docs_file(first);
	fixture_header(again, "If-None-Match", fixture_reply(first, "ETag"));
	ops_docs_file(again);
	assert_int_equal(again->reply.status, 304);
	assert_null(again->reply.body);
	assert_string_equal(fixture_reply(again, "ETag"), fixture_reply(first, "ETag"));
	fixture_end(first);
	fixture_end(again);
}

static void only_its_own_files(void **state)
{
	static const char *const names[] = {
		"openapi.json",	   "start.js.gz", "index.html", ".js", "",
		"../openapi.json", "none.css"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct request *r = file(names[i], NULL);

		ops_docs_file(r);
		assert_int_equal(r->reply.status, 404);
		fixture_end(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_loads_only_what_is_here),
		cmocka_unit_test(compressed_for_whoever_takes_it),
		cmocka_unit_test(who_holds_it_gets_304),
		cmocka_unit_test(only_its_own_files),
	};

	return cmocka_run_group_tests_name("ops_docs", tests, fixture_start, fixture_stop);
}
