/* Resolving references (RFC 3986 §5.4) and taking JSON Pointers apart. */
#include "schema_fixture.h"

#include "contract/schema_uri.h"

static void resolves_as_the_standard_shows(void **state)
{
	static const struct {
		const char *reference, *result;
	} cases[] = {
		{"g:h", "g:h"},
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g"},
		{"g?y", "http://a/b/c/g?y"},
		{"#s", "http://a/b/c/d;p?q#s"},
		{"", "http://a/b/c/d;p?q"},
		{"..", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../../g", "http://a/g"},
		{"../../../g", "http://a/g"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(uri_resolve(arena, "http://a/b/c/d;p?q", cases[i].reference),
				    cases[i].result);
}

static void takes_pointers_apart(void **state)
{
	const char *pointer = "a~1b~0c%20d/e%zz/";

	(void)state;
	assert_string_equal(pointer_token(arena, &pointer, true), "a/b~c d");
	pointer++;
	assert_string_equal(pointer_token(arena, &pointer, true), "e%zz");
	pointer++;
	assert_string_equal(pointer_token(arena, &pointer, true), "");
	pointer = "a%20b";
	assert_string_equal(pointer_token(arena, &pointer, false), "a%20b");
}

RUN(cmocka_unit_test(resolves_as_the_standard_shows), cmocka_unit_test(takes_pointers_apart))
