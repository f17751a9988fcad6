/* Profiles: where things stand, what is refused, and profiles that nobody may believe in. */
#include "auth_fixture.h"

#include "auth/profile.h"

static struct profile profile;

static const char *read_text(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	const char *why = profile_read(fixture.arena, json, &profile);

	json_decref(json);
	return why;
}

static void reads_the_four(void **state)
{
	(void)state;
	assert_null(read_text(fixture_samhandling));
	assert_string_equal(profile.pointers[CLAIM_ORG_CHILD], "/agency/orgnr");
	assert_null(profile.pointers[CLAIM_SUPPLIER]);
	assert_string_equal(profile.identify_by, "{subject,mapping}");
	assert_false(profile.iso6523 || profile.citizen || profile.person_is_number);
	assert_null(read_text(fixture_helseid));
	assert_true(profile.person_is_number && !profile.citizen);
	assert_null(read_text(fixture_maskinporten));
	assert_true(profile.iso6523);
	assert_null(read_text(fixture_citizens));
	assert_true(profile.citizen);
	assert_string_equal(profile.identify_by, "{}");
}

static void refuses_what_it_does_not_understand(void **state)
{
	static const char *const texts[] = {
		"null",
		"\"helseid\"",
		"{}",
		"{\"claims\":[]}",
		"{\"claims\":{\"unknown\":\"/a\"}}",
		"{\"claims\":{\"role\":\"a\"}}",
		"{\"claims\":{\"role\":7}}",
		"{\"claims\":{\"role\":\"\"}}",
		"{\"claims\":{},\"organisation_form\":\"duns\"}",
		"{\"claims\":{},\"person_is_number\":\"yes\"}",
		"{\"claims\":{},\"citizen\":1}",
		"{\"claims\":{},\"reject_if_present\":[\"act\"]}",
		"{\"claims\":{},\"reject_if_present\":\"/act\"}",
		"{\"claims\":{},\"identify_by\":[\"name\"]}",
		"{\"claims\":{},\"identify_by\":[\"hpr}\"]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (read_text(texts[i]) == NULL)
			fail_msg("%s is accepted", texts[i]);
}

static void rejects_other_meanings(void **state)
{
	static const struct {
		const char *claims;
		bool rejected;
	} rows[] = {
		{"{\"consumer\":{\"ID\":\"0192:1\"}}", false},
		{"{\"pid\":\"x\"}", true},
		{"{\"pid\":null}", true},
		{"{\"authorization_details\":[{\"systemuser_org\":{\"ID\":\"0192:1\"}}]}", false},
		{"{\"authorization_details\":[{\"systemuser_org\":{\"ID\":null}}]}", true},
		{"{\"authorization_details\":[{\"type\":\"other\"}]}", true},
		{"{\"authorization_details\":[]}", true},
		{"{\"authorization_details\":\"x\"}", true},
		{"{\"authorization_details\":[{\"systemuser_org\":{\"ID\":\"1\"}},{}]}", true},
	};

	(void)state;
	assert_null(read_text(fixture_maskinporten));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *claims = json_loads(rows[i].claims, 0, NULL);

		if (profile_rejects(&profile, claims) != rows[i].rejected)
			fail_msg("%s", rows[i].claims);
		json_decref(claims);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_four),
		cmocka_unit_test(refuses_what_it_does_not_understand),
		cmocka_unit_test(rejects_other_meanings),
	};

	return cmocka_run_group_tests_name("profile", tests, fixture_setup, fixture_teardown);
}
