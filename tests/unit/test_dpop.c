/* Proofs of possession: one good one, and each of its parts wrong. */
#include "auth_fixture.h"

#include "auth/dpop.h"
#include "auth/thumbprint.h"

#define TOKEN "header.claims.signature"
#define TARGET "https://samhandling.example/api/v1/me"

static char jkt[THUMBPRINT_SIZE], ath[THUMBPRINT_SIZE];

/* The client's public key as JSON, with the members of the JSON text `patch` set. */
static json_t *client_key(const char *patch)
{
	json_t *jwk = maker_jwk(fixture.arena, fixture.lier, "unused"),
	       *more = json_loads(patch, 0, NULL);

	json_object_del(jwk, "kid");
	json_object_del(jwk, "use");
	json_object_update(jwk, more);
	json_decref(more);
	return jwk;
}

static char *dumped(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT), *copy = arena_dup(fixture.arena, text);

	free(text);
	json_decref(json);
	return copy;
}

static char *proof(const char *header_patch, const char *claims_patch)
{
	json_t *header = json_pack("{s:s, s:s, s:o}", "typ", "dpop+jwt", "alg", "ES256", "jwk",
				   client_key("{}"));
	json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:i}", "htm", "GET", "htu", TARGET, "ath",
				   ath, "jti", "j1", "iat", NOW);
	json_t *more = json_loads(header_patch, 0, NULL),
	       *other = json_loads(claims_patch, 0, NULL);

	json_object_update(header, more);
	json_object_update(claims, other);
	json_decref(more);
	json_decref(other);
	return maker_token(fixture.arena, fixture.lier, "ES256", dumped(header), dumped(claims));
}

static enum auth_reason verify(const char *text, struct dpop_proof *out)
{
	const struct dpop_question question = {.arena = fixture.arena,
					       .proof = text,
					       .token = TOKEN,
					       .jkt = jkt,
					       .method = "GET",
					       .target = TARGET,
					       .now = NOW,
					       .window_s = 60};

	return dpop_verify(&question, out);
}

static int start(void **state)
{
	json_t *jwk;

	fixture_setup(state);
	jwk = client_key("{}");
	maker_expect(thumbprint_jwk(jwk, jkt));
	json_decref(jwk);
	thumbprint_bytes(TOKEN, strlen(TOKEN), ath);
	return 0;
}

static void accepts_a_good_one(void **state)
{
	struct dpop_proof first, second;

	(void)state;
	assert_int_equal(verify(proof("{}", "{}"), &first), AUTH_OK);
	assert_int_equal(strlen(first.digest), 64);
	assert_null(first.nonce);
	assert_int_equal(verify(proof("{}", "{\"nonce\":\"n\"}"), &second), AUTH_OK);
	assert_string_equal(second.nonce, "n");
	/* one key and id: one use */
	assert_string_equal(first.digest, second.digest);
	assert_int_equal(verify(proof("{}", "{\"jti\":\"j2\"}"), &second), AUTH_OK);
	assert_string_not_equal(first.digest, second.digest);
	assert_int_equal(verify(proof("{}", "{\"iat\":1793606340}"), &first), AUTH_OK);
	assert_int_equal(verify(proof("{}", "{\"iat\":1793606460}"), &first), AUTH_OK);
}

static void refuses_every_other(void **state)
{
	static const struct {
		const char *header, *claims;
	} rows[] = {
		{"{\"typ\":\"JWT\"}", "{}"},
		{"{\"typ\":null}", "{}"},
		{"{\"typ\":\"application/dpop+jwt\"}", "{}"},
		{"{\"alg\":\"ES384\"}", "{}"},
		{"{\"alg\":\"RS256\"}", "{}"},
		{"{\"alg\":\"HS256\"}", "{}"},
		{"{\"alg\":\"none\"}", "{}"},
		{"{\"alg\":null}", "{}"},
		{"{\"crit\":[\"exp\"]}", "{}"},
		{"{\"jwk\":null}", "{}"},
		{"{\"jwk\":\"text\"}", "{}"},
		{"{\"jwk\":{}}", "{}"},
		{"{}", "{\"htm\":\"POST\"}"},
		{"{}", "{\"htm\":\"get\"}"},
		{"{}", "{\"htm\":null}"},
		{"{}", "{\"htu\":\"https://samhandling.example/api/v1\"}"},
		{"{}", "{\"htu\":7}"},
		{"{}", "{\"ath\":\"x\"}"},
		{"{}", "{\"ath\":null}"},
		{"{}", "{\"iat\":1793606339}"},
		{"{}", "{\"iat\":1793606461}"},
		{"{}", "{\"iat\":1793606400.0}"},
		{"{}", "{\"iat\":null}"},
		{"{}", "{\"jti\":\"\"}"},
		{"{}", "{\"jti\":null}"},
		{"{}", "{\"jti\":7}"},
	};
	struct dpop_proof out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (verify(proof(rows[i].header, rows[i].claims), &out) != AUTH_PROOF)
			fail_msg("header %s, claims %s", rows[i].header, rows[i].claims);
	assert_int_equal(verify("", &out), AUTH_PROOF);
	assert_int_equal(verify("a.b.c", &out), AUTH_PROOF);
}

/* The key in the proof is the token's, public, and has signed. */
static void refuses_other_keys(void **state)
{
	static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
	struct dpop_proof out;

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *jwk = client_key("{}");

		json_object_set_new(jwk, members[i], json_string("AQAB"));

		char *header = arena_printf(fixture.arena, "{\"jwk\":%s}", dumped(jwk));

		assert_int_equal(verify(proof(header, "{}"), &out), AUTH_PROOF);
	}

	char *foreign = arena_printf(fixture.arena, "{\"jwk\":%s}",
				     dumped(maker_jwk(fixture.arena, fixture.dps, "k")));

	assert_int_equal(verify(proof(foreign, "{}"), &out), AUTH_PROOF);

	/* the right key shown, another one used */
	EVP_PKEY *other = maker_ec("P-256");
	char *good = proof("{}", "{}");
	char *body = arena_copy(fixture.arena, good, (size_t)(strrchr(good, '.') - good));
	char *forged = arena_printf(fixture.arena, "%s.%s", body,
				    maker_sign(fixture.arena, other, "ES256", body));

	EVP_PKEY_free(other);
	assert_int_equal(verify(good, &out), AUTH_OK);
	assert_int_equal(verify(forged, &out), AUTH_PROOF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_good_one),
		cmocka_unit_test(refuses_every_other),
		cmocka_unit_test(refuses_other_keys),
	};

	return cmocka_run_group_tests_name("dpop", tests, start, fixture_teardown);
}
