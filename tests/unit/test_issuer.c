/* One issuer out of the registry's JSON: what each member does, and where its keys come from. */
#include "auth_fixture.h"

#include "auth/key_store.h"
#include "auth/registry.h"

static char why[256];
static struct key_store *store;

/* Reads the DPS's issuer with the members of the JSON text `patch` set. */
static bool read_patched(const char *patch, struct issuer *out)
{
	json_t *json = fixture_dps(), *more = json_loads(patch, 0, NULL);
	struct issuer_reading in = {
		.arena = fixture.arena, .production = true, .keys = store, .why = why};
	bool fine;

	maker_expect(more != NULL && json_object_update(json, more) == 0);
	why[0] = '\0';
	*out = (struct issuer){0};
	fine = issuer_read(&in, json, out);
	json_decref(more);
	json_decref(json);
	return fine;
}

static void defaults(void **state)
{
	struct issuer issuer;

	(void)state;
	assert_true(read_patched("{}", &issuer));
	assert_true(issuer.single_audience);
	assert_int_equal(issuer.leeway_s, 30);
	assert_int_equal(issuer.dpop, DEMAND_OPTIONAL);
	assert_int_equal(issuer.certificate, DEMAND_OPTIONAL);
	assert_int_equal(issuer.dpop_window_s, 60);
	assert_false(issuer.dpop_nonce || issuer.keys_away);
	assert_int_equal(issuer.jwks.count, 1);
}

static void members(void **state)
{
	struct issuer issuer;

	(void)state;
	assert_true(read_patched("{\"single_audience\":false,\"leeway_s\":0,\"dpop\":\"required\","
				 "\"dpop_window_s\":6,\"dpop_nonce\":true,\"levels\":[\"4\"],"
				 "\"certificate\":\"forbidden\"}",
				 &issuer));
	assert_false(issuer.single_audience);
	assert_int_equal(issuer.leeway_s, 0);
	assert_int_equal(issuer.dpop, DEMAND_REQUIRED);
	assert_int_equal(issuer.dpop_window_s, 6);
	assert_true(issuer.dpop_nonce);
	assert_true(texts_hold(&issuer.levels, "4"));
	assert_int_equal(issuer.certificate, DEMAND_FORBIDDEN);
}

static void refusals(void **state)
{
	static const char *const patches[] = {
		"{\"leeway_s\":61}",
		"{\"leeway_s\":-1}",
		"{\"dpop\":\"maybe\"}",
		"{\"dpop_window_s\":0}",
		"{\"dpop_window_s\":301}",
		"{\"dpop_nonce\":1}",
		"{\"certificate\":true}",
		"{\"single_audience\":\"no\"}",
		"{\"profile\":{\"claims\":{\"role\":\"role\"}}}",
		"{\"jwks_url\":\"https://i/keys\",\"refresh_s\":0}",
		"{\"jwks_url\":\"https://i/keys\",\"min_refetch_s\":\"60\"}",
		"{\"discovery_url\":\"https://i/keys\",\"stale_ok_s\":-1}",
	};
	struct issuer issuer;

	(void)state;
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		if (read_patched(patches[i], &issuer))
			fail_msg("%s is accepted", patches[i]);
		assert_memory_equal(why, "issuer 'dps': ", 14);
	}
}

static void keys_at_an_address(void **state)
{
	struct issuer issuer;
	struct key_errand errand;
	json_t *set = json_pack("{s:[o]}", "keys", maker_jwk(fixture.arena, fixture.dps, "far"));
	char *text = json_dumps(set, 0);
	const struct key_answer answer = {
		.text = text, .size = strlen(text), .etag = "", .max_age_s = -1};
	bool changed;

	(void)state;
	store = key_store_new(NULL);
	key_store_begin(store);
	assert_true(read_patched("{\"discovery_url\":\"https://i/meta\"}", &issuer));
	key_store_end(store);
	assert_true(issuer.keys_away);
	assert_int_equal(issuer.jwks.count, 0);
	assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
	assert_true(errand.discovers && !errand.plain);
	assert_string_equal(errand.issuer, DPS_ISSUER);
	assert_null(key_store_take(store, &errand, &answer, &changed));
	assert_true(read_patched("{\"discovery_url\":\"https://i/meta\"}", &issuer));
	assert_false(issuer.keys_away);
	assert_non_null(jwks_find(&issuer.jwks, "far"));
	key_store_free(store);
	store = NULL;
	free(text);
	json_decref(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(members),
		cmocka_unit_test(refusals),
		cmocka_unit_test(keys_at_an_address),
	};

	return cmocka_run_group_tests_name("issuer", tests, fixture_setup, fixture_teardown);
}
