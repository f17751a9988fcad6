/* api/links: addresses of pages, safe in JSON and in a header whatever the client sent. */
#include "api_fixture.h"

#include "api/links.h"

static void takes_the_cursor_in(void **state)
{
	static const struct {
		const char *target, *cursor, *address;
	} rows[] = {
		{"/api/v1/things", NULL, "/api/v1/things"},
		{"/api/v1/things?", NULL, "/api/v1/things"},
		{"/api/v1/things?limit=5", NULL, "/api/v1/things?limit=5"},
		{"/api/v1/things?cursor=abc&limit=5", NULL, "/api/v1/things?cursor=abc&limit=5"},
		{"/api/v1/things", "abc", "/api/v1/things?cursor=abc"},
		{"/api/v1/things?", "abc", "/api/v1/things?cursor=abc"},
		{"/api/v1/things?limit=5&q=x", "abc", "/api/v1/things?limit=5&q=x&cursor=abc"},
		{"/api/v1/things?cursor=old&limit=5", "new", "/api/v1/things?limit=5&cursor=new"},
		{"/api/v1/things?limit=5&cursor=old", "new", "/api/v1/things?limit=5&cursor=new"},
		{"/api/v1/things?cursor=old", "new", "/api/v1/things?cursor=new"},
		{"/api/v1/things?c%75rsor=old", "new", "/api/v1/things?cursor=new"},
		{"/api/v1/things?cursor", "new", "/api/v1/things?cursor=new"},
		{"/api/v1/things?cursors=1", "new", "/api/v1/things?cursors=1&cursor=new"},
		{"/api/v1/things?&&a=1&&b=2&", NULL, "/api/v1/things?a=1&b=2"},
		{"/api/v1/things?q=a%20b+c", NULL, "/api/v1/things?q=a%20b+c"},
		{"/api/v1/things?t=2026-03-02T08:00:00Z", NULL,
		 "/api/v1/things?t=2026-03-02T08:00:00Z"},
		{"/a?b", "x+y/z=&<>%", "/a?b&cursor=x%2By%2Fz%3D%26%3C%3E%25"},
		/* what would end a JSON string or a header's <> */
		{"/a\"b?q=\"},{\"", NULL, "/a%22b?q=%22%7D,%7B%22"},
		{"/a\\?q=\\", NULL, "/a%5C?q=%5C"},
		{"/a?q=<x>;rel=\"next\"", NULL, "/a?q=%3Cx%3E;rel=%22next%22"},
		{"/a?q=\r\nX: y", NULL, "/a?q=%0D%0AX:%20y"},
		{"/a?q=\x01\x7f\xc3\xa6", NULL, "/a?q=%01%7F%C3%A6"},
		{"/a?q=%zz", "n", "/a?q=%zz&cursor=n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct request r = {.arena = a};
		const char *query = strchr(rows[i].target, '?');
		size_t len = strcspn(rows[i].target, "?");

		r.in.raw_path = arena_copy(a, rows[i].target, len);
		r.in.raw_query = query == NULL ? NULL : query + 1;
		assert_string_equal(links_page(&r, rows[i].cursor), rows[i].address);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_cursor_in),
	};

	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
