/* The verifying function alone: what libjwt and OpenSSL each must refuse. */
#include "auth_fixture.h"

#include "auth/signature.h"

static struct key key_of(EVP_PKEY *pkey, enum key_kind kind)
{
	return (struct key){.kid = "k",
			    .kind = kind,
			    .only = ALGORITHM_COUNT,
			    .pkey = pkey,
			    .pem = maker_pem(fixture.arena, pkey)};
}

/* A token signed with one algorithm's name in the header and possibly another one used. */
static struct token signed_token(EVP_PKEY *pkey, const char *named, const char *used,
				 const char *type)
{
	struct arena *a = fixture.arena;
	char *header =
		arena_printf(a, "{\"alg\":\"%s\",\"typ\":\"%s\",\"kid\":\"k\"}", named, type);
	struct token token;

	assert_int_equal(token_read(a, maker_token(a, pkey, used, header, "{}"), &token), AUTH_OK);
	return token;
}

static const char *const types[] = {"JWT", "at+jwt"};

static void test_every_algorithm(void **state)
{
	EVP_PKEY *keys[] = {[KEY_RSA] = fixture.dps,
			    [KEY_P256] = fixture.lier,
			    [KEY_P384] = fixture.p384,
			    [KEY_P521] = fixture.p521};

	(void)state;
	for (int i = 0; i < ALGORITHM_COUNT * 2; i++) {
		enum algorithm algorithm = (enum algorithm)(i / 2);
		const struct algorithm_facts *facts = algorithm_facts(algorithm);
		struct key key = key_of(keys[facts->key], facts->key);
		struct token token = signed_token(key.pkey, facts->name, facts->name, types[i % 2]);

		assert_true(signature_verify(&token, algorithm, &key));
		token.signature_size--;
		assert_false(signature_verify(&token, algorithm, &key));
		token.signature_size = 0;
		assert_false(signature_verify(&token, algorithm, &key));
	}
}

static void test_other_key(void **state)
{
	struct key other = key_of(fixture.dps_next, KEY_RSA);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct token token = signed_token(fixture.dps, "RS256", "RS256", types[i]);

		assert_false(signature_verify(&token, ALGORITHM_RS256, &other));
	}
}

/* The header names one algorithm, the signature was made with another, in all directions. */
static void test_confusion(void **state)
{
	static const char *const names[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"};
	struct key key = key_of(fixture.dps, KEY_RSA);

	(void)state;
	for (size_t named = 0; named < 6; named++) {
		for (size_t used = 0; used < 12; used++) {
			struct token token = signed_token(fixture.dps, names[named],
							  names[used / 2], types[used % 2]);

			assert_int_equal(
				signature_verify(&token, algorithm_find(names[named]), &key),
				named == used / 2);
		}
	}
}

/* What the caller asks for counts, never what the token names: libjwt itself looks at the token. */
static void test_asked_algorithm_counts(void **state)
{
	struct key key = key_of(fixture.dps, KEY_RSA);
	struct token token = signed_token(fixture.dps, "RS384", "RS384", "JWT");

	(void)state;
	assert_true(signature_verify(&token, ALGORITHM_RS384, &key));
	assert_false(signature_verify(&token, ALGORITHM_RS256, &key));
}

/* r = s = 0 and r, s ≥ the group's order must not pass (CVE-2022-21449 elsewhere). */
static void test_trivial_ecdsa(void **state)
{
	static const unsigned char fills[] = {0x00, 0xff};
	struct key key = key_of(fixture.lier, KEY_P256);
	unsigned char signature[64];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct token token = signed_token(fixture.lier, "ES256", "ES256", types[i % 2]);
		char *body = arena_copy(fixture.arena, token.text, token.signed_size);

		memset(signature, fills[i / 2], sizeof(signature));
		token.text =
			arena_printf(fixture.arena, "%s.%s", body,
				     base64url_encode(fixture.arena, signature, sizeof(signature)));
		token.signature = signature;
		assert_false(signature_verify(&token, ALGORITHM_ES256, &key));
	}
}

static void test_der_is_not_raw(void **state)
{
	struct key key = key_of(fixture.lier, KEY_P256);
	struct token token = signed_token(fixture.lier, "ES256", "ES256", "at+jwt");
	unsigned char der[128];
	size_t size = sizeof(der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	(void)state;
	EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, fixture.lier, NULL);
	EVP_DigestSign(context, der, &size, (const unsigned char *)token.text, token.signed_size);
	EVP_MD_CTX_free(context);
	token.signature = der;
	token.signature_size = size;
	assert_false(signature_verify(&token, ALGORITHM_ES256, &key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_algorithm),
		cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_confusion),
		cmocka_unit_test(test_asked_algorithm_counts),
		cmocka_unit_test(test_trivial_ecdsa),
		cmocka_unit_test(test_der_is_not_raw),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
