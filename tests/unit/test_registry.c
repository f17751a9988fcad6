/* The registry of issuers: reloads, withdrawn keys, broken entries, sandbox and production. */
#include "auth_fixture.h"

#include <unistd.h>

#include "auth/registry.h"

#define AGENCY(id) "{\"organisation_number\":\"1\",\"agency_id\":\"" id "\"}"

static char why[256];

/* A registry of the DPS's issuer with the members of the JSON text `patch` set or (null) removed.
 */
static struct registry *patched(const char *patch, bool production)
{
	json_t *issuer = fixture_dps(), *changes = json_loads(patch, 0, NULL), *value;
	const char *name;

	maker_expect(changes != NULL);
	json_object_foreach(changes, name, value)
	{
		if (json_is_null(value))
			json_object_del(issuer, name);
		else
			json_object_set(issuer, name, value);
	}
	json_decref(changes);

	json_t *json = json_pack("{s:i, s:[o]}", "generation", 8, "issuers", issuer);
	struct registry *r = registry_load(json, production, NULL, why);

	json_decref(json);
	assert_non_null(r);
	return r;
}

static enum auth_reason verify_with(const struct registry *r, const char *token, int64_t now)
{
	struct auth_request request = {.registry = r, .arena = fixture.arena, .now = now};
	struct identity out;

	return auth_verify(&request, token, &out);
}

static void test_rotation_and_withdrawal(void **state)
{
	static const char next_header[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"dps-2\"}";
	char *claims = fixture_claims(DPS_ISSUER, DPS_NUMBER, "{}");
	char *old = fixture_token("{}");
	char *next = maker_token(fixture.arena, fixture.dps_next, "RS256", next_header, claims);
	json_t *dps = json_array_get(json_object_get(fixture.json, "issuers"), 0);
	struct registry *r;

	(void)state;
	assert_int_equal(verify_with(fixture.registry, next, NOW), AUTH_KEY);
	fixture_key(dps, fixture.dps_next, "dps-2");
	r = fixture_load(true);
	assert_int_equal(verify_with(r, old, NOW), AUTH_OK);
	assert_int_equal(verify_with(r, next, NOW), AUTH_OK);
	registry_free(r);
	json_array_remove(fixture_list(dps, "keys"), 0);
	r = fixture_load(true);
	assert_int_equal(verify_with(r, old, NOW), AUTH_KEY);
	assert_int_equal(verify_with(r, next, NOW), AUTH_OK);
	registry_free(r);
	/* who still holds the old registry is not disturbed */
	assert_int_equal(verify_with(fixture.registry, old, NOW), AUTH_OK);
}

static void test_broken_issuers_are_left_out(void **state)
{
	static const char *const patches[] = {
		"{\"id\":null}",
		"{\"issuer\":null}",
		"{\"issuer\":\"\"}",
		"{\"audience\":null}",
		"{\"profile\":null}",
		"{\"profile\":\"admin\"}",
		"{\"algorithms\":null}",
		"{\"algorithms\":[]}",
		"{\"algorithms\":[\"RS256\",\"HS256\"]}",
		"{\"algorithms\":[\"none\"]}",
		"{\"algorithms\":[7]}",
		"{\"types\":[]}",
		"{\"types\":[\"dpop+jwt\"]}",
		"{\"max_lifetime_s\":0}",
		"{\"max_lifetime_s\":-5}",
		"{\"max_lifetime_s\":\"900\"}",
		"{\"levels\":[]}",
		"{\"levels\":[4]}",
		"{\"levels\":\"4\"}",
		"{\"agencies\":null}",
		"{\"agencies\":[{}]}",
		"{\"agencies\":[{\"organisation_number\":\"310158380\"}]}",
		"{\"agencies\":[" AGENCY("a") "," AGENCY("b") "]}",
		"{\"jwks\":null}",
		"{\"jwks\":[]}",
		"{\"jwks_file\":\"/nonexistent/keys.json\"}",
		"{\"sandbox\":true}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		struct registry *r = patched(patches[i], true);

		if (registry_issuer(r, DPS_ISSUER) != NULL)
			fail_msg("%s is accepted", patches[i]);
		assert_string_not_equal(why, "");
		registry_free(r);
	}
}

static void test_broken_beside_good(void **state)
{
	json_t *broken = fixture_dps(), *twice = fixture_lier();
	struct registry *r;

	(void)state;
	json_object_del(broken, "algorithms");
	json_object_set_new(broken, "issuer", json_string("https://broken.example"));
	json_object_set_new(twice, "id", json_string("impostor"));

	json_t *json = json_pack("{s:i, s:[o,s,o,o,o]}", "generation", 9, "issuers", broken,
				 "not an issuer", fixture_dps(), fixture_lier(), twice);

	r = registry_load(json, true, NULL, why);
	json_decref(json);
	assert_non_null(r);
	assert_string_equal(why, "issuer 'impostor': another issuer has the same name");
	assert_int_equal(registry_generation(r), 9);
	assert_null(registry_issuer(r, "https://broken.example"));
	assert_string_equal(registry_issuer(r, LIER_ISSUER)->id, "lier");
	assert_int_equal(verify_with(r, fixture_token("{}"), NOW), AUTH_OK);
	registry_free(r);
}

static void test_unusable_as_a_whole(void **state)
{
	static const char *const texts[] = {"[]",
					    "{}",
					    "{\"issuers\":[]}",
					    "{\"generation\":1}",
					    "{\"generation\":\"1\",\"issuers\":[]}",
					    "{\"generation\":1,\"issuers\":{}}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *json = json_loads(texts[i], 0, NULL);

		assert_null(registry_load(json, false, NULL, why));
		assert_string_not_equal(why, "");
		json_decref(json);
	}
	assert_null(registry_load(NULL, false, NULL, why));
	registry_free(NULL);
}

static void test_lifetimes(void **state)
{
	static const struct {
		const char *patch;
		int64_t most;
	} cases[] = {
		{"{\"max_lifetime_s\":null}", 900},
		{"{\"max_lifetime_s\":600}", 600},
		{"{\"max_lifetime_s\":86400}", 3600},
		{"{\"max_lifetime_s\":43200,\"sandbox\":true}", 43200},
		{"{\"max_lifetime_s\":86400,\"sandbox\":true}", 43200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct registry *r = patched(cases[i].patch, false);

		assert_int_equal(registry_issuer(r, DPS_ISSUER)->max_lifetime_s, cases[i].most);
		registry_free(r);
	}
}

static void test_sandbox_token(void **state)
{
	struct registry *sandbox = patched("{\"sandbox\":true,\"max_lifetime_s\":43200}", false);
	char *token = fixture_token("{\"iat\":1793606400,\"exp\":1793649600}");

	(void)state;
	assert_string_equal(why, "");
	assert_int_equal(verify_with(sandbox, token, NOW + 40000), AUTH_OK);
	assert_int_equal(verify_with(fixture.registry, token, NOW), AUTH_LIFETIME);
	registry_free(sandbox);
	sandbox = patched("{\"sandbox\":true}", true);
	assert_string_equal(why, "issuer 'dps': sandbox keys are refused in production");
	assert_int_equal(verify_with(sandbox, fixture_token("{}"), NOW), AUTH_ISSUER);
	registry_free(sandbox);
}

static void test_types(void **state)
{
	struct registry *r = patched("{\"types\":[\"at+jwt\"]}", true);
	char *claims = fixture_claims(DPS_ISSUER, DPS_NUMBER, "{}");
	char *access =
		maker_token(fixture.arena, fixture.dps, "RS256",
			    "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"dps-1\"}", claims);
	char *bare = maker_token(fixture.arena, fixture.dps, "RS256",
				 "{\"alg\":\"RS256\",\"kid\":\"dps-1\"}", claims);

	(void)state;
	assert_int_equal(verify_with(r, access, NOW), AUTH_OK);
	assert_int_equal(verify_with(r, bare, NOW), AUTH_HEADER);
	assert_int_equal(verify_with(r, fixture_token("{}"), NOW), AUTH_HEADER);
	registry_free(r);
	r = patched("{\"types\":null}", true);
	assert_int_equal(verify_with(r, access, NOW), AUTH_HEADER);
	assert_int_equal(verify_with(r, bare, NOW), AUTH_OK);
	assert_int_equal(verify_with(r, fixture_token("{}"), NOW), AUTH_OK);
	registry_free(r);
}

/* Writes the text into a new file and gives an issuer that takes its keys from there. */
static struct registry *from_file(const char *text)
{
	char path[] = "/tmp/test_registry.XXXXXX";
	int file = mkstemp(path);

	maker_expect(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
	close(file);

	struct registry *r = patched(
		arena_printf(fixture.arena, "{\"jwks\":null,\"jwks_file\":\"%s\"}", path), true);

	unlink(path);
	return r;
}

static void test_key_file(void **state)
{
	json_t *jwks = json_pack("{s:[o]}", "keys", maker_jwk(fixture.arena, fixture.dps, "dps-1"));
	char *text = json_dumps(jwks, 0), *large = arena_alloc(fixture.arena, 300001);
	struct registry *r = from_file(text);

	(void)state;
	assert_int_equal(verify_with(r, fixture_token("{}"), NOW), AUTH_OK);
	registry_free(r);
	r = from_file(arena_printf(fixture.arena, "%s%s", text, text));
	assert_int_equal(verify_with(r, fixture_token("{}"), NOW), AUTH_ISSUER);
	assert_string_equal(why, "issuer 'dps': its key file cannot be read");
	registry_free(r);
	memset(large, ' ', 300000);
	memcpy(large, text, strlen(text));
	r = from_file(large);
	assert_int_equal(verify_with(r, fixture_token("{}"), NOW), AUTH_ISSUER);
	registry_free(r);
	free(text);
	json_decref(jwks);
}

static void test_agencies(void **state)
{
	const struct issuer *national = registry_issuer(fixture.registry, "https://sts.example");

	(void)state;
	assert_string_equal(registry_agency(national, LIER_NUMBER)->agency_id, "agency-lier");
	assert_null(registry_agency(national, "999999999"));
	assert_false(registry_is_foreign(fixture.registry, LIER_NUMBER, "agency-lier"));
	assert_true(registry_is_foreign(fixture.registry, LIER_NUMBER, "agency-dps"));
	assert_false(registry_is_foreign(fixture.registry, "999999999", "agency-dps"));
	assert_int_equal(registry_generation(fixture.registry), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rotation_and_withdrawal),
		cmocka_unit_test(test_broken_issuers_are_left_out),
		cmocka_unit_test(test_broken_beside_good),
		cmocka_unit_test(test_unusable_as_a_whole),
		cmocka_unit_test(test_lifetimes),
		cmocka_unit_test(test_sandbox_token),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_key_file),
		cmocka_unit_test(test_agencies),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
