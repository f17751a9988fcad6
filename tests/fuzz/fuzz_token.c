/*
 * Fuzzes the token path. The first byte says what the rest is: 'C' claims and 'H' a header, which
 * are signed as the agency would sign them so that the checks behind the signature are reached;
 * anything else is a whole token, which nobody but the key's holder can make valid.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/profile_fixture.h"
#include "../unit/token_maker.h"
#include "auth/auth.h"
#include "domain/national_id.h"

enum { NOW = 1793606400, INPUT_MAX = 16384 };

static const char registry_form[] =
	"{\"generation\":1,\"issuers\":[{\"id\":\"dps\",\"issuer\":\"https://dps.example\","
	"\"audience\":\"samhandling\",\"algorithms\":[\"ES256\",\"RS256\"],"
	"\"types\":[\"JWT\",\"at+jwt\",null],\"max_lifetime_s\":900,"
	"\"agencies\":[{\"organisation_number\":\"310158380\",\"agency_id\":\"agency-dps\"}]},"
	"{\"id\":\"lier\",\"issuer\":\"https://lier.example\","
	"\"audience\":\"samhandling\",\"algorithms\":[\"ES256\"],\"jwks\":{\"keys\":[]},"
	"\"agencies\":[{\"organisation_number\":\"310237574\",\"agency_id\":\"agency-lier\"}]},"
	"{\"id\":\"citizen\",\"issuer\":\"https://login.example\","
	"\"audience\":\"samhandling\",\"algorithms\":[\"ES256\"]}]}";

static const char good_claims[] =
	"{\"iss\":\"https://dps.example\",\"aud\":\"samhandling\",\"sub\":\"s\",\"iat\":1793606390,"
	"\"exp\":1793606700,\"agency\":{\"orgnr\":\"310158380\"}}";

static struct arena *arena, *setup;
static EVP_PKEY *key;
static struct registry *registry;

static void start(void)
{
	char why[256];
	json_t *json = json_loads(registry_form, 0, NULL);
	json_t *issuers = json_object_get(json, "issuers");

	national_id_mode(false, false);
	setup = arena_new(16 * 1024 * 1024);
	arena = arena_new(16 * 1024 * 1024);
	key = maker_ec("P-256");
	for (size_t i = 0; i < 3; i++)
		json_object_set_new(json_array_get(issuers, i), "profile",
				    fixture_profile(i < 2 ? "samhandling" : "citizen"));
	for (size_t i = 0; i < 3; i += 2)
		json_object_set_new(json_array_get(issuers, i), "jwks",
				    json_pack("{s:[o]}", "keys", maker_jwk(setup, key, "k")));
	registry = registry_load(json, true, NULL, why);
	maker_expect(registry != NULL && why[0] == '\0');
	json_decref(json);
}

static void expect_printable(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		maker_expect((unsigned char)*text >= 0x20 && *text != 0x7f);
}

/* What must hold for every token that is accepted, and for every one that is not. */
static void check(enum auth_reason reason, const struct identity *who, bool raw)
{
	static const struct identity empty;

	if (reason != AUTH_OK) {
		maker_expect(memcmp(who, &empty, sizeof(empty)) == 0);
		maker_expect(auth_reason_code(reason) != NULL);
		return;
	}
	maker_expect(!raw && who->subject != NULL);
	maker_expect(who->expires_at > NOW - 30 && who->issued_at <= NOW + 30);
	maker_expect(who->citizen ? who->agency_id == NULL && strlen(who->person_number) == 11
				  : strcmp(who->agency_id, "agency-dps") == 0);
	expect_printable(who->subject);
	expect_printable(who->role);
	expect_printable(who->name);
	expect_printable(who->decision_ref);
	expect_printable(who->scope);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (registry == NULL)
		start();
	if (size == 0 || size > INPUT_MAX)
		return 0;

	const char *rest = arena_copy(arena, (const char *)data + 1, size - 1);
	const char *token = arena_copy(arena, (const char *)data, size);
	bool raw = false;

	if (data[0] == 'C')
		token = maker_token(arena, key, "ES256", "{\"alg\":\"ES256\",\"kid\":\"k\"}", rest);
	else if (data[0] == 'H')
		token = maker_token(arena, key, "ES256", rest, good_claims);
	else
		raw = true;

	struct auth_request request = {.registry = registry, .arena = arena, .now = NOW};
	struct identity who;

	check(auth_verify(&request, token, &who), &who, raw);
	arena_clear(arena);
	return 0;
}
