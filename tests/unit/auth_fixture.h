#ifndef TESTS_AUTH_FIXTURE_H
#define TESTS_AUTH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "auth/auth.h"
#include "domain/national_id.h"
#include "profile_fixture.h"
#include "token_maker.h"

/* Two agencies with issuers of their own, one national issuer for both, one for citizens. */
enum { NOW = 1793606400 };

#define DPS_ISSUER "https://dps.example/auth"
#define LIER_ISSUER "https://lier.example/auth"
#define DPS_NUMBER "310158380"
#define LIER_NUMBER "310237574"

static struct {
	struct arena *arena;
	EVP_PKEY *dps, *dps_next, *lier, *national, *p384, *p521, *citizen, *weak;
	json_t *json;
	struct registry *registry;
} fixture;

static inline json_t *fixture_agency(const char *number, const char *id)
{
	return json_pack("{s:s, s:s}", "organisation_number", number, "agency_id", id);
}

static inline json_t *fixture_issuer(const char *id, const char *name, const char *profile)
{
	return json_pack("{s:s, s:s, s:o, s:s, s:i, s:b, s:[], s:[s,n], s:{s:[]}, s:[]}", "id", id,
			 "issuer", name, "profile", fixture_profile(profile), "audience",
			 "samhandling", "max_lifetime_s", 900, "sandbox", 0, "algorithms", "types",
			 "JWT", "jwks", "keys", "agencies");
}

/* The parts of an issuer that a test wants to change. */
static inline json_t *fixture_list(json_t *issuer, const char *name)
{
	if (strcmp(name, "keys") == 0)
		issuer = json_object_get(issuer, "jwks");
	return json_object_get(issuer, name);
}

static inline void fixture_allow(json_t *issuer, const char *algorithm)
{
	json_array_append_new(fixture_list(issuer, "algorithms"), json_string(algorithm));
}

static inline void fixture_key(json_t *issuer, EVP_PKEY *key, const char *kid)
{
	json_array_append_new(fixture_list(issuer, "keys"), maker_jwk(fixture.arena, key, kid));
}

static inline json_t *fixture_dps(void)
{
	json_t *issuer = fixture_issuer("dps", DPS_ISSUER, "samhandling");

	fixture_allow(issuer, "RS256");
	fixture_allow(issuer, "PS256");
	fixture_key(issuer, fixture.dps, "dps-1");
	json_array_append_new(fixture_list(issuer, "agencies"),
			      fixture_agency(DPS_NUMBER, "agency-dps"));
	return issuer;
}

static inline json_t *fixture_lier(void)
{
	json_t *issuer = fixture_issuer("lier", LIER_ISSUER, "samhandling");

	fixture_allow(issuer, "ES256");
	fixture_key(issuer, fixture.lier, "lier-1");
	json_array_append_new(fixture_list(issuer, "agencies"),
			      fixture_agency(LIER_NUMBER, "agency-lier"));
	return issuer;
}

static inline json_t *fixture_national(void)
{
	static const char *const algorithms[] = {"RS256", "RS384", "RS512", "PS256", "PS384",
						 "PS512", "ES256", "ES384", "ES512"};
	json_t *issuer = fixture_issuer("national", "https://sts.example", "samhandling");

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		fixture_allow(issuer, algorithms[i]);
	json_array_append_new(fixture_list(issuer, "types"), json_string("at+jwt"));
	json_object_set_new(issuer, "max_lifetime_s", json_integer(3600));
	fixture_key(issuer, fixture.national, "rsa");
	fixture_key(issuer, fixture.lier, "p256");
	fixture_key(issuer, fixture.p384, "p384");
	fixture_key(issuer, fixture.p521, "p521");
	json_array_append_new(fixture_list(issuer, "agencies"),
			      fixture_agency(DPS_NUMBER, "agency-dps"));
	json_array_append_new(fixture_list(issuer, "agencies"),
			      fixture_agency(LIER_NUMBER, "agency-lier"));
	return issuer;
}

static inline json_t *fixture_citizen(void)
{
	json_t *issuer = fixture_issuer("citizen", "https://login.example", "citizen");

	fixture_allow(issuer, "RS256");
	json_object_set_new(issuer, "max_lifetime_s", json_integer(3600));
	json_object_set_new(issuer, "levels", json_pack("[s]", "idporten-loa-high"));
	fixture_key(issuer, fixture.citizen, "citizen-1");
	return issuer;
}

static inline struct registry *fixture_load(bool production)
{
	char why[256];
	struct registry *r = registry_load(fixture.json, production, NULL, why);

	assert_string_equal(why, "");
	assert_non_null(r);
	return r;
}

static inline int fixture_setup(void **state)
{
	(void)state;
	national_id_mode(false, false);
	fixture.arena = arena_new(64 * 1024 * 1024);
	fixture.dps = maker_rsa(2048);
	fixture.dps_next = maker_rsa(2048);
	fixture.national = maker_rsa(2048);
	fixture.citizen = fixture.dps_next;
	fixture.weak = maker_rsa(1024);
	fixture.lier = maker_ec("P-256");
	fixture.p384 = maker_ec("P-384");
	fixture.p521 = maker_ec("P-521");
	fixture.json = json_pack("{s:i, s:[o,o,o,o]}", "generation", 7, "issuers", fixture_dps(),
				 fixture_lier(), fixture_national(), fixture_citizen());
	fixture.registry = fixture_load(true);
	return 0;
}

static inline int fixture_teardown(void **state)
{
	EVP_PKEY *const keys[] = {fixture.dps,	fixture.dps_next, fixture.national, fixture.weak,
				  fixture.lier, fixture.p384,	  fixture.p521};

	(void)state;
	registry_free(fixture.registry);
	json_decref(fixture.json);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		EVP_PKEY_free(keys[i]);
	arena_free(fixture.arena);
	return 0;
}

/* A good claim set for the agency, with the members of the JSON text `patch` set or (null) removed.
 */
static inline char *fixture_claims(const char *issuer, const char *number, const char *patch)
{
	json_t *claims = json_pack("{s:s, s:s, s:s, s:{s:s}, s:i, s:i, s:s}", "iss", issuer, "aud",
				   "samhandling", "sub", "staff-1", "agency", "orgnr", number,
				   "iat", NOW - 10, "exp", NOW + 290, "jti", "j1");
	json_t *changes = json_loads(patch, 0, NULL), *value;
	const char *name;

	maker_expect(changes != NULL);
	json_object_foreach(changes, name, value)
	{
		if (json_is_null(value))
			json_object_del(claims, name);
		else
			json_object_set(claims, name, value);
	}

	char *dumped = json_dumps(claims, JSON_COMPACT);
	char *text = arena_dup(fixture.arena, dumped);

	free(dumped);
	json_decref(claims);
	json_decref(changes);
	return text;
}

static inline enum auth_reason fixture_verify(const char *token, struct identity *out)
{
	struct auth_request request = {
		.registry = fixture.registry, .arena = fixture.arena, .now = NOW};

	return auth_verify(&request, token, out);
}

/* Fails the test, naming the case, when the token is not judged as expected. */
static inline void fixture_expect(const char *token, enum auth_reason expected, const char *what)
{
	struct identity out;
	enum auth_reason found = fixture_verify(token, &out);

	if (found != expected)
		fail_msg("%s: %s instead of %s", what, auth_reason_name(found),
			 auth_reason_name(expected));
	assert_int_equal(out.subject != NULL, expected == AUTH_OK);
}

/* A token of the DPS with those changes to its claims. */
static inline char *fixture_token(const char *patch)
{
	return maker_token(fixture.arena, fixture.dps, "RS256",
			   "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"dps-1\"}",
			   fixture_claims(DPS_ISSUER, DPS_NUMBER, patch));
}

#endif
