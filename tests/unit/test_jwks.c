/* Key sets: good keys beside broken, weak, private and foreign ones. */
#include "auth_fixture.h"

#include "auth/jwks.h"

/* a coordinate of P-256 */
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct jwks set;
static const char *why;

/* Loads a set of one key (taken over) and says how many were usable. */
static size_t usable(json_t *jwk)
{
	json_t *json = json_pack("{s:[o]}", "keys", jwk);

	why = "";
	assert_true(jwks_load(fixture.arena, json, &set, &why));
	json_decref(json);
	return set.count;
}

/* The DPS's key with the members of the JSON text `patch` set. */
static json_t *patched(EVP_PKEY *key, const char *patch)
{
	json_t *jwk = maker_jwk(fixture.arena, key, "k"), *changes = json_loads(patch, 0, NULL);

	maker_expect(changes != NULL && json_object_update(jwk, changes) == 0);
	json_decref(changes);
	return jwk;
}

static void test_kinds(void **state)
{
	const struct {
		EVP_PKEY *key;
		enum key_kind kind;
	} cases[] = {
		{fixture.dps, KEY_RSA},
		{fixture.lier, KEY_P256},
		{fixture.p384, KEY_P384},
		{fixture.p521, KEY_P521},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(usable(maker_jwk(fixture.arena, cases[i].key, "k")), 1);
		assert_string_equal(why, "");
		assert_int_equal(set.keys[0].kind, cases[i].kind);
		assert_string_equal(set.keys[0].kid, "k");
		assert_string_equal(set.keys[0].pem, maker_pem(fixture.arena, cases[i].key));
		assert_int_equal(EVP_PKEY_eq(set.keys[0].pkey, cases[i].key), 1);
	}
}

static void test_refused_rsa(void **state)
{
	static const char *const patches[] = {
		"{\"n\":\"\"}",
		"{\"n\":7}",
		"{\"n\":\"AQAB\"}",
		"{\"n\":\"not base64\"}",
		"{\"e\":\"\"}",
		"{\"e\":\"AQ\"}",
		"{\"e\":\"AQAA\"}",
		"{\"e\":null}",
		"{\"e\":\"AQAAAAAAAAAAAAAB\"}",
		"{\"kid\":\"\"}",
		"{\"kid\":null}",
		"{\"kid\":7}",
		"{\"kty\":\"oct\"}",
		"{\"kty\":\"OKP\"}",
		"{\"kty\":\"EC\"}",
		"{\"kty\":null}",
		"{\"use\":\"enc\"}",
		"{\"use\":7}",
		"{\"d\":\"AQAB\"}",
		"{\"p\":\"AQAB\"}",
		"{\"k\":\"AQAB\"}",
		"{\"alg\":\"HS256\"}",
		"{\"alg\":\"none\"}",
		"{\"alg\":\"ES256\"}",
		"{\"alg\":7}",
		"{\"key_ops\":[\"sign\"]}",
		"{\"key_ops\":[]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		if (usable(patched(fixture.dps, patches[i])) != 0)
			fail_msg("%s is accepted", patches[i]);
		assert_string_not_equal(why, "");
	}
	assert_int_equal(usable(maker_jwk(fixture.arena, fixture.weak, "k")), 0);
	assert_string_equal(why, "an RSA key has less than 2048 bits");
}

static void test_refused_ec(void **state)
{
	static const char *const patches[] = {
		"{\"crv\":\"P-384\"}",
		"{\"crv\":\"secp256k1\"}",
		"{\"crv\":null}",
		"{\"x\":\"AQAB\"}",
		"{\"y\":null}",
		"{\"alg\":\"ES384\"}",
		"{\"alg\":\"RS256\"}",
		"{\"x\":\"" ZERO "\"}",
		"{\"x\":\"" ZERO "\",\"y\":\"" ZERO "\"}",
		"{\"y\":\"__________________________________________8\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++)
		if (usable(patched(fixture.lier, patches[i])) != 0)
			fail_msg("%s is accepted", patches[i]);
}

static void test_own_algorithm(void **state)
{
	(void)state;
	assert_int_equal(usable(patched(fixture.dps, "{\"alg\":\"PS256\"}")), 1);
	assert_true(jwks_key_fits(&set.keys[0], ALGORITHM_PS256));
	assert_false(jwks_key_fits(&set.keys[0], ALGORITHM_RS256));
	assert_int_equal(usable(patched(fixture.dps, "{\"key_ops\":[\"verify\"]}")), 1);
	assert_true(jwks_key_fits(&set.keys[0], ALGORITHM_RS256));
	assert_true(jwks_key_fits(&set.keys[0], ALGORITHM_PS512));
	assert_false(jwks_key_fits(&set.keys[0], ALGORITHM_ES256));
	assert_false(jwks_key_fits(&set.keys[0], ALGORITHM_COUNT));
	assert_int_equal(usable(maker_jwk(fixture.arena, fixture.p384, "k")), 1);
	assert_true(jwks_key_fits(&set.keys[0], ALGORITHM_ES384));
	assert_false(jwks_key_fits(&set.keys[0], ALGORITHM_ES256));
}

static void test_broken_beside_good(void **state)
{
	json_t *json =
		json_pack("{s:[o,o,s,o,o,o]}", "keys", patched(fixture.dps, "{\"n\":\"AA\"}"),
			  maker_jwk(fixture.arena, fixture.dps, "one"), "not a key",
			  maker_jwk(fixture.arena, fixture.lier, "two"),
			  maker_jwk(fixture.arena, fixture.weak, "three"),
			  maker_jwk(fixture.arena, fixture.p384, "one"));

	(void)state;
	why = "";
	assert_true(jwks_load(fixture.arena, json, &set, &why));
	json_decref(json);
	assert_int_equal(set.count, 2);
	assert_string_equal(why, "a kid stands twice");
	assert_int_equal(jwks_find(&set, "one")->kind, KEY_RSA);
	assert_int_equal(jwks_find(&set, "two")->kind, KEY_P256);
	assert_null(jwks_find(&set, "three"));
	assert_null(jwks_find(&set, ""));
}

static void test_not_a_set(void **state)
{
	static const char *const texts[] = {"{}", "[]", "{\"keys\":{}}", "{\"keys\":null}"};
	json_t *many = json_pack("{s:[]}", "keys");

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *json = json_loads(texts[i], 0, NULL);

		assert_false(jwks_load(fixture.arena, json, &set, &why));
		json_decref(json);
	}
	assert_false(jwks_load(fixture.arena, NULL, &set, &why));
	for (int i = 0; i <= JWKS_KEYS_MAX; i++)
		json_array_append_new(json_object_get(many, "keys"), json_object());
	assert_false(jwks_load(fixture.arena, many, &set, &why));
	json_decref(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused_rsa),
		cmocka_unit_test(test_refused_ec),
		cmocka_unit_test(test_own_algorithm),
		cmocka_unit_test(test_broken_beside_good),
		cmocka_unit_test(test_not_a_set),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
