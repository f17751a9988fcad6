/* base64url by RFC 4648's vectors, percent-encoding, random UUIDs. */
#include "../../tests/unit/cmocka_all.h"

#include <string.h>

#include "lib/encode.h"

enum { MEMORY = 1 << 24 };

static void test_base64url(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {{"", ""},	      {"f", "Zg"},	  {"fo", "Zm8"},
		     {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"\xfb\xff\xfe", "-__-"}};
	struct arena *a = arena_new(MEMORY);
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t length = strlen(cases[i].bytes);
		unsigned char *back = decode_base64url(a, cases[i].text, &size);

		assert_string_equal(
			encode_base64url(a, (const unsigned char *)cases[i].bytes, length),
			cases[i].text);
		assert_int_equal(size, length);
		assert_memory_equal(back, cases[i].bytes, length);
	}
	assert_null(decode_base64url(a, "a", &size));
	assert_null(decode_base64url(a, "Zg==", &size));
	assert_null(decode_base64url(a, "Z+/8", &size));
	arena_free(a);
}

static void test_percent(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	assert_string_equal(encode_percent(a, "aZ0-._~"), "aZ0-._~");
	assert_string_equal(encode_percent(a, "a b/c?d=e&å"), "a%20b%2Fc%3Fd%3De%26%C3%A5");
	arena_free(a);
}

static void test_uuid(void **state)
{
	struct arena *a = arena_new(MEMORY);
	const char *one = encode_random_uuid(a), *two = encode_random_uuid(a);

	(void)state;
	assert_int_equal(strlen(one), 36);
	assert_int_equal(one[14], '4');
	assert_non_null(strchr("89ab", one[19]));
	assert_string_not_equal(one, two);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64url),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
