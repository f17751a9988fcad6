/* Whom a token speaks for: legal entities, places of care, suppliers, system users. */
#include "auth_fixture.h"

#include "auth/organisation.h"

#define TRUST "310158380"
#define UNIT "310079197"
#define TOWN "310237574"
#define VENDOR "310475149"
#define H(name) "\"helseid://claims/client/claims/orgnr_" name "\":"

static struct registry *registry;

static json_t *issuer_of(const char *profile, const char *agencies)
{
	json_t *issuer = fixture_issuer(profile, profile, profile), *list;

	fixture_allow(issuer, "RS256");
	list = json_loads(agencies, 0, NULL);
	maker_expect(list != NULL);
	json_object_set_new(issuer, "agencies", list);
	return issuer;
}

static int start(void **state)
{
	char why[256];

	fixture_setup(state);

	json_t *json = json_pack(
		"{s:i, s:[o,o]}", "generation", 1, "issuers",
		issuer_of("helseid",
			  "[{\"organisation_number\":\"" UNIT "\",\"agency_id\":\"dps\","
			  "\"parent_number\":\"" TRUST "\",\"suppliers\":[\"" VENDOR "\"]},"
			  "{\"organisation_number\":\"" TOWN "\",\"agency_id\":\"town\","
			  "\"covers\":\"entity\"},"
			  "{\"organisation_number\":\"310000019\",\"agency_id\":\"clinic\"}]"),
		issuer_of("maskinporten",
			  "[{\"organisation_number\":\"" TOWN "\",\"agency_id\":\"town\","
			  "\"suppliers\":[\"" VENDOR "\"]}]"));

	registry = registry_load(json, true, NULL, why);
	json_decref(json);
	maker_expect(registry != NULL && why[0] == '\0');
	return 0;
}

static int stop(void **state)
{
	registry_free(registry);
	return fixture_teardown(state);
}

struct row {
	const char *claims;
	enum auth_reason reason;
	const char *agency;
};

static void expect_all(const char *issuer, const struct row *rows, size_t count)
{
	const struct auth_request request = {.registry = registry, .arena = fixture.arena};

	for (size_t i = 0; i < count; i++) {
		json_t *claims = json_loads(rows[i].claims, 0, NULL);
		const struct agency_entry *terms = NULL;
		struct identity out = {0};

		assert_non_null(claims);
		if (organisation_find(&request, claims, registry_issuer(registry, issuer), &out,
				      &terms) != rows[i].reason)
			fail_msg("%s", rows[i].claims);
		if (rows[i].agency != NULL)
			assert_string_equal(out.agency_id, rows[i].agency);
		assert_int_equal(out.agency_id != NULL, rows[i].reason == AUTH_OK);
		json_decref(claims);
	}
}

static void units_and_entities(void **state)
{
	static const struct row rows[] = {
		{"{" H("child") "\"" UNIT "\"," H("parent") "\"" TRUST "\"}", AUTH_OK, "dps"},
		{"{" H("child") "\"" UNIT "\"," H("parent") "\"" TOWN "\"}", AUTH_ORGANISATION,
		 NULL},
		{"{" H("child") "\"" UNIT "\"}", AUTH_ORGANISATION, NULL},
		{"{" H("parent") "\"" UNIT "\"}", AUTH_ORGANISATION, NULL},
		{"{" H("parent") "\"" TOWN "\"}", AUTH_OK, "town"},
		{"{" H("child") "\"1\"," H("parent") "\"" TOWN "\"}", AUTH_OK, "town"},
		{"{" H("child") "\"1\"," H("parent") "\"310000019\"}", AUTH_ORGANISATION, NULL},
		{"{" H("child") "\"310000019\"}", AUTH_OK, "clinic"},
		{"{" H("child") "\"310000019\"," H("parent") "\"1\"}", AUTH_OK, "clinic"},
		{"{" H("child") "\"310000019\"," H("parent") "\"" TOWN "\"}", AUTH_ORGANISATION,
		 NULL},
		{"{}", AUTH_CLAIMS, NULL},
		{"{" H("child") "310000019}", AUTH_CLAIMS, NULL},
		{"{" H("child") "\"" UNIT "\"," H("parent") "\"" TRUST
							    "\"," H("supplier") "\"" VENDOR "\"}",
		 AUTH_OK, "dps"},
		{"{" H("child") "\"" UNIT "\"," H("parent") "\"" TRUST
							    "\"," H("supplier") "\"" TRUST "\"}",
		 AUTH_OK, "dps"},
		{"{" H("parent") "\"" TOWN "\"," H("supplier") "\"" VENDOR "\"}", AUTH_SUPPLIER,
		 NULL},
	};

	(void)state;
	expect_all("helseid", rows, sizeof(rows) / sizeof(rows[0]));
}

#define ISO(number) "{\"ID\":\"0192:" number "\"}"
#define SYSTEMUSER(number) "\"authorization_details\":[{\"systemuser_org\":" ISO(number) "}]"

static void machines(void **state)
{
	static const struct row rows[] = {
		{"{\"consumer\":" ISO(TOWN) "}", AUTH_OK, "town"},
		{"{\"consumer\":" ISO("310000019") "}", AUTH_ORGANISATION, NULL},
		{"{\"consumer\":{\"ID\":\"" TOWN "\"}}", AUTH_ORGANISATION, NULL},
		{"{\"consumer\":{\"ID\":\"0192:3102375740\"}}", AUTH_ORGANISATION, NULL},
		{"{\"consumer\":{\"ID\":\"0192:" TOWN ":1\"}}", AUTH_ORGANISATION, NULL},
		{"{\"consumer\":{\"ID\":\"9908:" TOWN "\"}}", AUTH_ORGANISATION, NULL},
		{"{\"consumer\":" ISO(TOWN) ",\"supplier\":" ISO(VENDOR) "}", AUTH_OK, "town"},
		{"{\"consumer\":" ISO(TOWN) ",\"supplier\":" ISO(UNIT) "}", AUTH_SUPPLIER, NULL},
		{"{\"consumer\":" ISO(VENDOR) "," SYSTEMUSER(TOWN) "}", AUTH_OK, "town"},
		{"{\"consumer\":" ISO(UNIT) "," SYSTEMUSER(TOWN) "}", AUTH_SUPPLIER, NULL},
		{"{\"consumer\":" ISO(TOWN) "," SYSTEMUSER(UNIT) "}", AUTH_ORGANISATION, NULL},
	};

	(void)state;
	expect_all("maskinporten", rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_and_entities),
		cmocka_unit_test(machines),
	};

	return cmocka_run_group_tests_name("organisation", tests, start, stop);
}
