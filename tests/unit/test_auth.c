/* Tokens as a whole: headers, algorithms, keys, forgeries. Claims: test_claims.c. */
#include "auth_fixture.h"

#define HEADER(alg, rest) "{\"alg\":\"" alg "\",\"typ\":\"JWT\"" rest "}"
#define DPS_HEADER HEADER("RS256", ",\"kid\":\"dps-1\"")

static const char *good_claims(void)
{
	return fixture_claims(DPS_ISSUER, DPS_NUMBER, "{}");
}

static void test_good_token(void **state)
{
	struct identity who;

	(void)state;
	assert_int_equal(fixture_verify(fixture_token("{\"role\":\"TL\"}"), &who), AUTH_OK);
	assert_string_equal(who.issuer_id, "dps");
	assert_string_equal(who.issuer, DPS_ISSUER);
	assert_string_equal(who.subject, "staff-1");
	assert_string_equal(who.agency_id, "agency-dps");
	assert_string_equal(who.organisation, DPS_NUMBER);
	assert_string_equal(who.role, "TL");
	assert_string_equal(who.jti, "j1");
	assert_int_equal(who.issued_at, NOW - 10);
	assert_int_equal(who.expires_at, NOW + 290);
	assert_false(who.citizen);
	assert_null(who.person_number);
}

/* Every algorithm, through libjwt (typ JWT or none) and through OpenSSL (at+jwt, PS). */
static void test_algorithms(void **state)
{
	const struct {
		const char *algorithm, *kid;
		EVP_PKEY *key;
	} cases[] = {
		{"RS256", "rsa", fixture.national}, {"RS384", "rsa", fixture.national},
		{"RS512", "rsa", fixture.national}, {"PS256", "rsa", fixture.national},
		{"PS384", "rsa", fixture.national}, {"PS512", "rsa", fixture.national},
		{"ES256", "p256", fixture.lier},    {"ES384", "p384", fixture.p384},
		{"ES512", "p521", fixture.p521},
	};
	static const char *const types[] = {"", ",\"typ\":\"JWT\"", ",\"typ\":\"at+jwt\"",
					    ",\"typ\":\"application/at+jwt\""};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) * 4; i++) {
		char *header = arena_printf(fixture.arena, "{\"alg\":\"%s\",\"kid\":\"%s\"%s}",
					    cases[i / 4].algorithm, cases[i / 4].kid, types[i % 4]);
		const char *claims = fixture_claims("https://sts.example", LIER_NUMBER, "{}");
		char *token = maker_token(fixture.arena, cases[i / 4].key, cases[i / 4].algorithm,
					  header, claims);

		fixture_expect(token, AUTH_OK, header);
		/* the first character of the signature, changed */
		char *signature = strrchr(token, '.') + 1;

		*signature = *signature == 'A' ? 'B' : 'A';
		fixture_expect(token, AUTH_SIGNATURE, header);
	}
}

static const struct {
	const char *header;
	enum auth_reason reason;
} header_cases[] = {
	{DPS_HEADER, AUTH_OK},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\"}", AUTH_OK},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"x5t\":\"abc\""), AUTH_OK},
	{HEADER("RS384", ",\"kid\":\"dps-1\""), AUTH_ALGORITHM},
	{HEADER("ES256", ",\"kid\":\"dps-1\""), AUTH_ALGORITHM},
	{HEADER("none", ",\"kid\":\"dps-1\""), AUTH_ALGORITHM},
	{HEADER("rs256", ",\"kid\":\"dps-1\""), AUTH_ALGORITHM},
	{HEADER("", ",\"kid\":\"dps-1\""), AUTH_ALGORITHM},
	{HEADER("EdDSA", ",\"kid\":\"dps-1\""), AUTH_ALGORITHM},
	{"{\"typ\":\"JWT\",\"kid\":\"dps-1\"}", AUTH_MALFORMED},
	{"{\"alg\":null,\"kid\":\"dps-1\"}", AUTH_MALFORMED},
	{"{\"alg\":[\"RS256\"],\"kid\":\"dps-1\"}", AUTH_MALFORMED},
	{"{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"dps-1\"}", AUTH_MALFORMED},
	{"{\"alg\":\"RS256\",\"\\u0061lg\":\"none\",\"kid\":\"dps-1\"}", AUTH_MALFORMED},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\",\"x\":{\"a\":1,\"a\":2}}", AUTH_MALFORMED},
	{HEADER("RS256", ""), AUTH_KEY},
	{HEADER("RS256", ",\"kid\":\"\""), AUTH_KEY},
	{HEADER("RS256", ",\"kid\":\"dps-2\""), AUTH_KEY},
	{HEADER("RS256", ",\"kid\":\"lier-1\""), AUTH_KEY},
	{HEADER("RS256", ",\"kid\":\"DPS-1\""), AUTH_KEY},
	{HEADER("RS256", ",\"kid\":\"../../etc/passwd\""), AUTH_KEY},
	{HEADER("RS256", ",\"kid\":\"x' or '1'='1\""), AUTH_KEY},
	{HEADER("RS256", ",\"kid\":7"), AUTH_MALFORMED},
	{HEADER("RS256", ",\"kid\":\"dps-1\\u0000\""), AUTH_MALFORMED},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"crit\":[\"exp\"]"), AUTH_HEADER},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"crit\":[]"), AUTH_HEADER},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"jwk\":{}"), AUTH_HEADER},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"jku\":\"https://x.example\""), AUTH_HEADER},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"x5u\":\"https://x.example\""), AUTH_HEADER},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"x5c\":[\"MII\"]"), AUTH_HEADER},
	{HEADER("RS256", ",\"kid\":\"dps-1\",\"b64\":false"), AUTH_HEADER},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\",\"typ\":\"at+jwt\"}", AUTH_HEADER},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\",\"typ\":\"jwt\"}", AUTH_HEADER},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\",\"typ\":\"dpop+jwt\"}", AUTH_HEADER},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\",\"typ\":\"\"}", AUTH_HEADER},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\",\"typ\":null}", AUTH_HEADER},
	{"[]", AUTH_MALFORMED},
	{"\"RS256\"", AUTH_MALFORMED},
	{"{\"alg\":\"RS256\",\"kid\":\"dps-1\"} {}", AUTH_MALFORMED},
	{"", AUTH_MALFORMED},
};

static void test_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(header_cases) / sizeof(header_cases[0]); i++)
		fixture_expect(maker_token(fixture.arena, fixture.dps, "RS256",
					   header_cases[i].header, good_claims()),
			       header_cases[i].reason, header_cases[i].header);
}

static void test_none(void **state)
{
	static const char *const spellings[] = {"none", "None", "NONE",	 "nOnE",  " none", "none ",
						"nonE", "null", "HS256", "HS384", "HS512"};

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		char *header = arena_printf(fixture.arena, "{\"alg\":\"%s\",\"kid\":\"dps-1\"}",
					    spellings[i]);
		char *body = maker_body(fixture.arena, header, good_claims());

		fixture_expect(arena_printf(fixture.arena, "%s.", body), AUTH_ALGORITHM,
			       spellings[i]);
		fixture_expect(arena_printf(fixture.arena, "%s.AAAA", body), AUTH_ALGORITHM,
			       spellings[i]);
		fixture_expect(body, AUTH_MALFORMED, spellings[i]);
	}
	fixture_expect(arena_printf(fixture.arena, "%s.",
				    maker_body(fixture.arena, DPS_HEADER, good_claims())),
		       AUTH_SIGNATURE, "an empty signature");
}

static void test_public_key_as_secret(void **state)
{
	char *pem = maker_pem(fixture.arena, fixture.dps);
	static const char *const headers[] = {HEADER("HS256", ",\"kid\":\"dps-1\""),
					      HEADER("hs256", ",\"kid\":\"dps-1\"")};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		fixture_expect(maker_hmac_token(fixture.arena, pem, headers[i], good_claims()),
			       AUTH_ALGORITHM, headers[i]);
	fixture_expect(maker_hmac_token(fixture.arena, pem, DPS_HEADER, good_claims()),
		       AUTH_SIGNATURE, "HMAC under an RS256 header");
}

static void test_issuers_keep_apart(void **state)
{
	struct arena *a = fixture.arena;
	static const char lier_header[] = HEADER("ES256", ",\"kid\":\"lier-1\"");

	(void)state;
	fixture_expect(maker_token(a, fixture.lier, "ES256", lier_header,
				   fixture_claims(LIER_ISSUER, LIER_NUMBER, "{}")),
		       AUTH_OK, "Lier as itself");
	fixture_expect(maker_token(a, fixture.lier, "ES256", lier_header,
				   fixture_claims(LIER_ISSUER, DPS_NUMBER, "{}")),
		       AUTH_ORGANISATION, "Lier's key for the DPS");
	fixture_expect(maker_token(a, fixture.lier, "ES256", lier_header, good_claims()),
		       AUTH_ALGORITHM, "the DPS's issuer with Lier's key");
	fixture_expect(maker_token(a, fixture.national, "RS256", DPS_HEADER, good_claims()),
		       AUTH_SIGNATURE, "another key under a known kid");
	fixture_expect(fixture_token("{\"iss\":\"" DPS_ISSUER "/\"}"), AUTH_ISSUER,
		       "issuer with a slash");
	fixture_expect(fixture_token("{\"iss\":\"HTTPS://dps.example/auth\"}"), AUTH_ISSUER,
		       "issuer in capitals");
	fixture_expect(fixture_token("{\"iss\":null}"), AUTH_ISSUER, "no issuer");
	fixture_expect(fixture_token("{\"iss\":[\"" DPS_ISSUER "\"]}"), AUTH_ISSUER, "a list");
}

static void test_malformed(void **state)
{
	const char *good = fixture_token("{}");
	const char *bad[] = {
		"",
		".",
		"..",
		"...",
		"a.b",
		"e30.e30",
		arena_printf(fixture.arena, "%s.", good),
		arena_printf(fixture.arena, "%s.AAAA.AAAA", good),
		arena_printf(fixture.arena, "%s=", good),
		arena_printf(fixture.arena, " %s", good),
		arena_printf(fixture.arena, "%s ", good),
		arena_printf(fixture.arena, "%s\n", good),
		arena_printf(fixture.arena, ".%s", good),
		arena_printf(fixture.arena, "%s+/A", good),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fixture_expect(bad[i], AUTH_MALFORMED, bad[i]);
	/* 256 bytes leave two bits of the last character over, and they must be zero */
	char *stray = arena_dup(fixture.arena, good);
	char *last = stray + strlen(stray) - 1;

	*last = *last == 'A' ? 'B' : (char)(*last + 1);
	fixture_expect(stray, AUTH_MALFORMED, "stray bits");
}

static void test_sizes_and_depths(void **state)
{
	char *filler = arena_alloc(fixture.arena, 8200), *nested = arena_alloc(fixture.arena, 64);

	(void)state;
	memset(filler, 'x', 5000);
	fixture_expect(fixture_token(arena_printf(fixture.arena, "{\"filler\":\"%s\"}", filler)),
		       AUTH_OK, "a large token");
	memset(filler, 'x', 8000);
	fixture_expect(fixture_token(arena_printf(fixture.arena, "{\"filler\":\"%s\"}", filler)),
		       AUTH_MALFORMED, "more than 8 KiB");
	for (int depth = 14; depth <= 17; depth++) {
		memset(nested, '[', (size_t)depth);
		memset(nested + depth, ']', (size_t)depth);
		fixture_expect(fixture_token(arena_printf(fixture.arena, "{\"x\":%.*s}", 2 * depth,
							  nested)),
			       depth < 16 ? AUTH_OK : AUTH_MALFORMED, "nested arrays");
	}
	fixture_expect(fixture_token("{\"x\":\"[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[\"}"), AUTH_OK,
		       "brackets inside text");
	memset(filler, '[', 3000);
	filler[3000] = '\0';
	fixture_expect(maker_token(fixture.arena, fixture.dps, "RS256", filler, filler),
		       AUTH_MALFORMED, "a bomb");
}

static void test_reason_codes(void **state)
{
	(void)state;
	for (int i = 0; i < AUTH_REASON_COUNT; i++) {
		assert_non_null(auth_reason_name((enum auth_reason)i));
		assert_non_null(auth_reason_code((enum auth_reason)i));
	}
	assert_string_equal(auth_reason_code(AUTH_MISSING), "missing_token");
	assert_string_equal(auth_reason_code(AUTH_EXPIRED), "expired_token");
	/* who guesses keys, issuers or algorithms learns nothing from the answer */
	for (int i = AUTH_MALFORMED; i <= AUTH_AUDIENCE; i++)
		assert_string_equal(auth_reason_code((enum auth_reason)i), "invalid_token");
	assert_string_equal(auth_reason_code(AUTH_ORGANISATION), "invalid_token");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_token),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_public_key_as_secret),
		cmocka_unit_test(test_issuers_keep_apart),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_sizes_and_depths),
		cmocka_unit_test(test_reason_codes),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
