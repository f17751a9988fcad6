/* Base64url without padding: RFC 4648's vectors, and everything that must be refused. */
#include "arena_fixture.h"

#include <string.h>

#include "auth/base64url.h"

static void test_vectors(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{"", ""},
		{"f", "Zg"},
		{"fo", "Zm8"},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg"},
		{"fooba", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xfe", "-__-"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].bytes), size = 99;
		const unsigned char *bytes =
			base64url_decode(arena, cases[i].text, strlen(cases[i].text), &size);

		assert_non_null(bytes);
		assert_int_equal(size, len);
		assert_memory_equal(bytes, cases[i].bytes, len);
		assert_string_equal(
			base64url_encode(arena, (const unsigned char *)cases[i].bytes, len),
			cases[i].text);
	}
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"Z",   "Zg==", "Zm8=", "Zm9vY", "Zh", "Zm9", "Zm9v\n",	   " Zg",
		"Z g", "+__-", "-_/-", "Zm=v",	"=",  "Zg.", "Zm\xc3\xb8", "Zm9vYh",
	};
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (base64url_decode(arena, texts[i], strlen(texts[i]), &size) != NULL)
			fail_msg("'%s' was accepted", texts[i]);
	assert_null(base64url_decode(arena, "Zm\0v", 4, &size));
}

static void test_all_bytes(void **state)
{
	unsigned char bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		const char *text = base64url_encode(arena, bytes, len);
		size_t size;
		const unsigned char *back = base64url_decode(arena, text, strlen(text), &size);

		assert_non_null(back);
		assert_int_equal(size, len);
		assert_memory_equal(back, bytes, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all_bytes),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
