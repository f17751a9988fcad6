/* Taking a token apart. What the whole of auth makes of it: test_auth.c. */
#include "arena_fixture.h"

#include <string.h>

#include "auth/token.h"
#include "token_maker.h"

static void test_parts(void **state)
{
	char *body = maker_body(arena, "{\"alg\":\"RS256\",\"kid\":\"k\",\"typ\":\"at+jwt\"}",
				"{\"iss\":\"i\"}");
	struct token token;

	(void)state;
	assert_int_equal(token_read(arena, arena_printf(arena, "%s.AQID", body), &token), AUTH_OK);
	assert_int_equal(token.signed_size, strlen(body));
	assert_int_equal(token.signature_size, 3);
	assert_memory_equal(token.signature, "\1\2\3", 3);
	assert_string_equal(token.algorithm, "RS256");
	assert_string_equal(token.kid, "k");
	assert_int_equal(token.type, TOKEN_ACCESS);
	assert_true(token.has_type);
	assert_string_equal(json_string_value(json_object_get(token.claims, "iss")), "i");
}

static void test_types(void **state)
{
	static const struct {
		const char *header;
		enum token_type type;
		bool has_type;
	} cases[] = {
		{"{\"alg\":\"x\"}", TOKEN_PLAIN, false},
		{"{\"alg\":\"x\",\"typ\":\"JWT\"}", TOKEN_PLAIN, true},
		{"{\"alg\":\"x\",\"typ\":\"at+jwt\"}", TOKEN_ACCESS, true},
		{"{\"alg\":\"x\",\"typ\":\"application/at+jwt\"}", TOKEN_ACCESS, true},
	};
	struct token token;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = arena_printf(arena, "%s.", maker_body(arena, cases[i].header, "{}"));

		assert_int_equal(token_read(arena, text, &token), AUTH_OK);
		assert_int_equal(token.type, cases[i].type);
		assert_int_equal(token.has_type, cases[i].has_type);
		assert_null(token.kid);
	}
}

/* Every cut of a good token is refused or is a token with a shorter signature; none crashes. */
static void test_cuts(void **state)
{
	char *body = maker_body(arena, "{\"alg\":\"RS256\",\"kid\":\"k\"}", "{\"iss\":\"i\"}");
	char *text = arena_printf(arena, "%s.AQIDBAUG", body);
	struct token token;

	(void)state;
	for (size_t i = 0; i <= strlen(text); i++) {
		enum auth_reason reason = token_read(arena, arena_copy(arena, text, i), &token);

		if (i <= strlen(body))
			assert_int_equal(reason, AUTH_MALFORMED);
		else
			assert_true(reason == AUTH_OK || reason == AUTH_MALFORMED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
