/* Keys: thumbprints by RFC 7638's vector, generation, what is published, what is refused. */
#include "../../tests/unit/cmocka_all.h"

#include <string.h>

#include "lib/jws.h"
#include "lib/jwk.h"
#include "lib/member.h"

enum { MEMORY = 1 << 24 };

/* RFC 7638 §3.1 */
static const char vector_n[] =
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
	"BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
	"FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4"
	"vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

static void test_thumbprint(void **state)
{
	struct arena *a = arena_new(MEMORY);
	json_t *jwk = member_keep(
		a, json_pack("{s:s,s:s,s:s}", "kty", "RSA", "n", vector_n, "e", "AQAB"));

	(void)state;
	assert_string_equal(jwk_thumbprint(a, jwk), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	assert_null(jwk_thumbprint(a, member_keep(a, json_pack("{s:s}", "kty", "EC"))));
	arena_free(a);
}

static void test_generate(void **state)
{
	struct arena *a = arena_new(MEMORY);
	const char *why, *token;
	json_t *jwk = jwk_generate(a, NULL, &why), *open;
	struct jwk key;

	(void)state;
	assert_non_null(jwk);
	open = jwk_public(a, jwk);
	assert_null(json_object_get(open, "d"));
	assert_string_equal(member_text(open, "kid"), jwk_thumbprint(a, jwk));
	assert_true(jwk_from_json(a, jwk, &key, &why));
	assert_string_equal(key.algorithm, "ES256");
	token = jws_sign(a, &key, member_keep(a, json_pack("{s:s}", "sub", "x")), &why);
	assert_non_null(token);
	assert_int_equal(strlen(strrchr(token, '.') + 1), 86);
	arena_free(a);
}

static void test_refusals(void **state)
{
	struct arena *a = arena_new(MEMORY);
	const char *why;
	json_t *jwk = jwk_generate(a, "k", &why);
	struct jwk key;

	(void)state;
	assert_false(jwk_from_json(a, NULL, &key, &why));
	assert_false(jwk_from_json(a, jwk_public(a, jwk), &key, &why));
	json_object_set_new(jwk, "x", json_string("not base64url!"));
	assert_false(jwk_from_json(a, jwk, &key, &why));
	jwk = jwk_generate(a, "k", &why);
	json_object_set_new(jwk, "alg", json_string("RS256"));
	assert_true(jwk_from_json(a, jwk, &key, &why));
	assert_null(jws_sign(a, &key, jwk, &why));
	json_object_set_new(jwk, "alg", json_string("ES384"));
	assert_true(jwk_from_json(a, jwk, &key, &why));
	assert_null(jws_sign(a, &key, jwk, &why));
	json_object_set_new(jwk, "alg", json_string("none"));
	assert_true(jwk_from_json(a, jwk, &key, &why));
	assert_null(jws_sign(a, &key, jwk, &why));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thumbprint),
		cmocka_unit_test(test_generate),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
