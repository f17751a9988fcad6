/* What a proven token may say: audience, times, organisation, attestation, citizens. */
#include "auth_fixture.h"

#include "auth/claims.h"

struct claim_case {
	const char *patch;
	enum auth_reason reason;
};

static void expect_all(const struct claim_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fixture_expect(fixture_token(cases[i].patch), cases[i].reason, cases[i].patch);
}

#define EXPECT_ALL(cases) expect_all(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_audience(void **state)
{
	static const struct claim_case cases[] = {
		{"{\"aud\":\"samhandling\"}", AUTH_OK},
		{"{\"aud\":[\"samhandling\"]}", AUTH_OK},
		{"{\"aud\":null}", AUTH_AUDIENCE},
		{"{\"aud\":\"\"}", AUTH_AUDIENCE},
		{"{\"aud\":\"unspecified\"}", AUTH_AUDIENCE},
		{"{\"aud\":\"Samhandling\"}", AUTH_AUDIENCE},
		{"{\"aud\":\"samhandling \"}", AUTH_AUDIENCE},
		{"{\"aud\":[]}", AUTH_AUDIENCE},
		{"{\"aud\":[\"other\"]}", AUTH_AUDIENCE},
		{"{\"aud\":[\"samhandling\",\"other\"]}", AUTH_AUDIENCE},
		{"{\"aud\":[[\"samhandling\"]]}", AUTH_AUDIENCE},
		{"{\"aud\":{\"samhandling\":true}}", AUTH_AUDIENCE},
		{"{\"aud\":7}", AUTH_AUDIENCE},
	};
	struct auth_request request = {.registry = fixture.registry,
				       .arena = fixture.arena,
				       .now = NOW,
				       .audience_override = "elsewhere"};
	struct identity out;

	(void)state;
	EXPECT_ALL(cases);
	assert_int_equal(auth_verify(&request, fixture_token("{}"), &out), AUTH_AUDIENCE);
	assert_int_equal(auth_verify(&request, fixture_token("{\"aud\":\"elsewhere\"}"), &out),
			 AUTH_OK);
}

/* 1793606400 is now, the skew 30 s, the issuer's longest lifetime 900 s. */
static void test_times(void **state)
{
	static const struct claim_case cases[] = {
		{"{\"iat\":1793606000,\"exp\":1793606371}", AUTH_OK},
		{"{\"iat\":1793606000,\"exp\":1793606370}", AUTH_EXPIRED},
		{"{\"iat\":1793606000,\"exp\":1793606369}", AUTH_EXPIRED},
		{"{\"iat\":1793606430,\"exp\":1793606700}", AUTH_OK},
		{"{\"iat\":1793606431,\"exp\":1793606700}", AUTH_NOT_YET},
		{"{\"nbf\":1793606400}", AUTH_OK},
		{"{\"nbf\":1793606430}", AUTH_OK},
		{"{\"nbf\":1793606431}", AUTH_NOT_YET},
		{"{\"nbf\":\"1793606400\"}", AUTH_CLAIMS},
		{"{\"nbf\":-1}", AUTH_CLAIMS},
		{"{\"iat\":1793606400,\"exp\":1793607300}", AUTH_OK},
		{"{\"iat\":1793606400,\"exp\":1793607301}", AUTH_LIFETIME},
		{"{\"iat\":1793606400,\"exp\":1793606400}", AUTH_LIFETIME},
		{"{\"iat\":1793606410,\"exp\":1793606390}", AUTH_LIFETIME},
		{"{\"iat\":1,\"exp\":1793606500}", AUTH_LIFETIME},
		{"{\"exp\":253402300799}", AUTH_LIFETIME},
		{"{\"exp\":253402300800}", AUTH_CLAIMS},
		{"{\"exp\":9223372036854775807}", AUTH_CLAIMS},
		{"{\"exp\":null}", AUTH_CLAIMS},
		{"{\"iat\":null}", AUTH_CLAIMS},
		{"{\"exp\":\"1793606500\"}", AUTH_CLAIMS},
		{"{\"exp\":1793606500.5}", AUTH_CLAIMS},
		{"{\"exp\":1793606500.0}", AUTH_CLAIMS},
		{"{\"exp\":1.7936065e9}", AUTH_CLAIMS},
		{"{\"exp\":-1793606500}", AUTH_CLAIMS},
		{"{\"exp\":0}", AUTH_CLAIMS},
		{"{\"exp\":true}", AUTH_CLAIMS},
		{"{\"exp\":[1793606500]}", AUTH_CLAIMS},
		{"{\"iat\":-5}", AUTH_CLAIMS},
	};

	(void)state;
	EXPECT_ALL(cases);
}

/* Claim texts that no JSON library would write. */
static void test_raw_claims(void **state)
{
	static const char form[] = "{\"iss\":\"" DPS_ISSUER "\",\"aud\":\"samhandling\","
				   "\"sub\":\"s\",\"agency\":{\"orgnr\":\"" DPS_NUMBER "\"},"
				   "\"iat\":1793606400,\"exp\":1793606500%s}";
	static const struct claim_case cases[] = {
		{"", AUTH_OK},
		{",\"exp\":1793606500", AUTH_MALFORMED},
		{",\"iss\":\"" LIER_ISSUER "\"", AUTH_MALFORMED},
		{",\"\\u0069ss\":\"" LIER_ISSUER "\"", AUTH_MALFORMED},
		{",\"x\":{\"orgnr\":1,\"orgnr\":2}", AUTH_MALFORMED},
		{",\"x\":[{\"a\":1,\"a\":1}]", AUTH_MALFORMED},
		{",\"nbf\":9223372036854775808", AUTH_MALFORMED},
		{",\"nbf\":1e400", AUTH_MALFORMED},
		{",\"nbf\":01", AUTH_MALFORMED},
		{",\"nbf\":NaN", AUTH_MALFORMED},
		{",\"x\":\"\\u0000\"", AUTH_MALFORMED},
		{",\"x\":\"\xff\"", AUTH_MALFORMED},
		{",\"x\":\"\\ud800\"", AUTH_MALFORMED},
		{",", AUTH_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *claims = arena_alloc(fixture.arena, 1024);

		snprintf(claims, 1024, form, cases[i].patch);
		fixture_expect(maker_token(fixture.arena, fixture.dps, "RS256",
					   "{\"alg\":\"RS256\",\"kid\":\"dps-1\"}", claims),
			       cases[i].reason, cases[i].patch);
	}
}

static void test_organisation(void **state)
{
	static const struct claim_case cases[] = {
		{"{\"agency\":{\"orgnr\":\"" LIER_NUMBER "\"}}", AUTH_ORGANISATION},
		{"{\"agency\":{\"orgnr\":\"999999999\"}}", AUTH_ORGANISATION},
		{"{\"agency\":{\"orgnr\":\"" DPS_NUMBER " \"}}", AUTH_ORGANISATION},
		{"{\"agency\":{\"orgnr\":\"" DPS_NUMBER "\",\"name\":\"X\"}}", AUTH_OK},
		{"{\"agency\":{\"orgnr\":310158380}}", AUTH_CLAIMS},
		{"{\"agency\":{\"orgnr\":null}}", AUTH_CLAIMS},
		{"{\"agency\":{}}", AUTH_CLAIMS},
		{"{\"agency\":null}", AUTH_CLAIMS},
		{"{\"agency\":\"" DPS_NUMBER "\"}", AUTH_CLAIMS},
		{"{\"agency\":[{\"orgnr\":\"" DPS_NUMBER "\"}]}", AUTH_CLAIMS},
		{"{\"point_of_care\":{\"orgnr\":\"" DPS_NUMBER "\"}}", AUTH_OK},
		{"{\"point_of_care\":{\"orgnr\":\"310079197\"}}", AUTH_OK},
		{"{\"point_of_care\":{\"orgnr\":\"" LIER_NUMBER "\"}}", AUTH_ORGANISATION},
		{"{\"supplier\":{\"ID\":\"0192:310475149\"}}", AUTH_CLAIMS},
		{"{\"authorization_details\":[{\"type\":\"urn:altinn:systemuser\"}]}", AUTH_CLAIMS},
		{"{\"cnf\":{\"jkt\":\"x\"}}", AUTH_CLAIMS},
		{"{\"pid\":\"01819012365\"}", AUTH_CLAIMS},
	};

	(void)state;
	EXPECT_ALL(cases);
}

static void test_claim_forms(void **state)
{
	static const struct claim_case cases[] = {
		{"{\"sub\":null}", AUTH_CLAIMS},
		{"{\"sub\":\"\"}", AUTH_CLAIMS},
		{"{\"sub\":7}", AUTH_CLAIMS},
		{"{\"sub\":\"a\\nb\"}", AUTH_CLAIMS},
		{"{\"role\":\"TL\\u0007\"}", AUTH_CLAIMS},
		{"{\"role\":[\"TL\",\"SA\"]}", AUTH_CLAIMS},
		{"{\"role\":\"123456789012345678901234567890123\"}", AUTH_CLAIMS},
		{"{\"name\":\"Kari \\u202eNordmann\"}", AUTH_CLAIMS},
		{"{\"name\":\"K\xc3\xa5re \xc3\x98stb\xc3\xb8\"}", AUTH_OK},
		{"{\"hpr_nr\":\"9144900\"}", AUTH_OK},
		{"{\"hpr_nr\":\"0\"}", AUTH_CLAIMS},
		{"{\"hpr_nr\":\"91449x0\"}", AUTH_CLAIMS},
		{"{\"hpr_nr\":9144900}", AUTH_CLAIMS},
		{"{\"purpose_of_use\":{\"code\":\"TREAT\\r\"}}", AUTH_CLAIMS},
		{"{\"department\":{\"resh\":[705592]}}", AUTH_CLAIMS},
		{"{\"authorization\":{\"code\":{\"nested\":\"x\"}}}", AUTH_CLAIMS},
		{"{\"decision_ref\":{\"description\":\"line\\nfeed\"}}", AUTH_CLAIMS},
		{"{\"decision_ref\":{\"bad\\tname\":\"x\"}}", AUTH_CLAIMS},
		{"{\"scope\":7}", AUTH_CLAIMS},
		{"{\"scope\":\"a\\nb\"}", AUTH_CLAIMS},
		{"{\"acr\":4}", AUTH_CLAIMS},
		{"{\"jti\":{}}", AUTH_CLAIMS},
	};

	(void)state;
	EXPECT_ALL(cases);
}

static void test_attestation(void **state)
{
	struct identity who;
	char *token = fixture_token(
		"{\"role\":\"BEH\",\"hpr_nr\":\"9144900\",\"name\":\"Kari Nordmann\","
		"\"purpose_of_use\":{\"code\":\"TREAT\",\"system\":\"x\"},\"acr\":\"Level4\","
		"\"department\":{\"resh\":705592},\"point_of_care\":{\"orgnr\":\"310079197\"},"
		"\"authorization\":{\"code\":\"LE\",\"system\":\"urn:oid:2.16.578.1.12.4.1.1."
		"9060\"},"
		"\"decision_ref\":{\"id\":\"d1\",\"description\":\"visit\",\"user_selected\":true},"
		"\"scope\":[\"patients.read\",\"consents.read\"]}");

	(void)state;
	assert_int_equal(fixture_verify(token, &who), AUTH_OK);
	assert_string_equal(who.role, "BEH");
	assert_string_equal(who.hpr_number, "9144900");
	assert_string_equal(who.name, "Kari Nordmann");
	assert_string_equal(who.purpose, "TREAT");
	assert_string_equal(who.acr, "Level4");
	assert_string_equal(who.department, "705592");
	assert_string_equal(who.point_of_care, "310079197");
	assert_string_equal(who.authorization,
			    "{\"code\":\"LE\",\"system\":\"urn:oid:2.16.578.1.12.4.1.1.9060\"}");
	assert_string_equal(who.decision_ref,
			    "{\"id\":\"d1\",\"description\":\"visit\",\"user_selected\":true}");
	assert_string_equal(who.scope, "patients.read consents.read");
	assert_int_equal(fixture_verify(fixture_token("{}"), &who), AUTH_OK);
	/* where a role is claimed, who claims none has none */
	assert_string_equal(who.role, "");
	assert_null(who.purpose);
	assert_null(who.scope);
}

static char *citizen_token(const char *patch)
{
	char *base = arena_printf(
		fixture.arena,
		"{\"agency\":null,\"pid\":\"01819012365\",\"acr\":\"idporten-loa-high\"}");
	json_t *all = json_loads(base, 0, NULL), *more = json_loads(patch, 0, NULL);

	json_object_update(all, more);

	char *text = json_dumps(all, 0);
	char *token = maker_token(fixture.arena, fixture.citizen, "RS256",
				  "{\"alg\":\"RS256\",\"kid\":\"citizen-1\"}",
				  fixture_claims("https://login.example", "unused", text));

	free(text);
	json_decref(all);
	json_decref(more);
	return token;
}

static void test_citizen(void **state)
{
	static const struct claim_case cases[] = {
		{"{}", AUTH_OK},
		{"{\"pid\":null}", AUTH_CLAIMS},
		{"{\"pid\":\"01819012366\"}", AUTH_CLAIMS},
		{"{\"pid\":\"018190 12365\"}", AUTH_CLAIMS},
		{"{\"pid\":1819012365}", AUTH_CLAIMS},
		{"{\"agency\":{\"orgnr\":\"" DPS_NUMBER "\"}}", AUTH_CLAIMS},
		{"{\"acr\":\"idporten-loa-substantial\"}", AUTH_LEVEL},
		{"{\"acr\":null}", AUTH_LEVEL},
		{"{\"sub\":null}", AUTH_CLAIMS},
		{"{\"exp\":1793609990}", AUTH_OK},
		{"{\"exp\":1793609991}", AUTH_LIFETIME},
	};
	struct identity who;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		fixture_expect(citizen_token(cases[i].patch), cases[i].reason, cases[i].patch);
	assert_int_equal(fixture_verify(citizen_token("{}"), &who), AUTH_OK);
	assert_true(who.citizen);
	assert_string_equal(who.person_number, "01819012365");
	assert_null(who.role);
	assert_null(who.agency_id);
	assert_null(who.organisation);
	assert_int_equal(fixture_verify(citizen_token("{\"role\":\"RE\"}"), &who), AUTH_OK);
	assert_string_equal(who.role, "RE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audience),    cmocka_unit_test(test_times),
		cmocka_unit_test(test_raw_claims),  cmocka_unit_test(test_organisation),
		cmocka_unit_test(test_claim_forms), cmocka_unit_test(test_attestation),
		cmocka_unit_test(test_citizen),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
