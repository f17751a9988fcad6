/* The claims that the sandbox's tokens make. */
#include "../../tests/unit/cmocka_all.h"

#include "lib/issuer.h"
#include "lib/member.h"

enum { MEMORY = 1 << 24 };

static const char agencies[] =
	"[{\"slug\":\"a\",\"name\":\"A\",\"organisation_number\":\"310000019\",\"issuer\":\"https:/"
	"/a\","
	"  \"audience\":\"api\",\"staff\":[{\"role\":\"TM\",\"subject\":\"1\",\"name\":\"One\"},"
	"  "
	"{\"role\":\"TM\",\"subject\":\"2\",\"hpr_number\":\"9\"},{\"role\":\"SA\",\"subject\":"
	"\"3\"},"
	"  {\"role\":\"NAV\",\"subject\":\"4\"}]},"
	" {\"slug\":\"c\",\"issuer\":\"https://c\",\"audience\":\"api\",\"staff\":["
	"  {\"role\":\"PT\",\"subject\":\"p\",\"pid\":\"13916900216\"}]}]";

static json_t *claims(struct arena *a, const struct token_order *order)
{
	const struct issuer issuer = {.directory = ".",
				      .agencies = member_keep(a, json_loads(agencies, 0, NULL))};
	const char *why = NULL;
	json_t *made = issuer_claims(a, &issuer, order, 1000, &why);

	assert_true((made == NULL) == (why != NULL));
	return made;
}

static void test_people(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	assert_string_equal(member_text(claims(a, &(struct token_order){"a", .role = "TM"}), "sub"),
			    "1");
	assert_string_equal(
		member_text(claims(a, &(struct token_order){"a", .role = "TM", .subject = "2"}),
			    "hpr_nr"),
		"9");
	assert_string_equal(
		member_text(claims(a, &(struct token_order){"a", .subject = "4"}), "role"), "NAV");
	/* someone who is not on the list, for tests of what the service refuses */
	assert_string_equal(
		member_text(claims(a, &(struct token_order){"a", .role = "KO", .subject = "x"}),
			    "role"),
		"KO");
	assert_null(claims(a, &(struct token_order){"a", .role = "KO"}));
	assert_null(claims(a, &(struct token_order){"b", .role = "TM"}));
	arena_free(a);
}

static void test_claims(void **state)
{
	struct arena *a = arena_new(MEMORY);
	json_t *one = claims(a, &(struct token_order){"a", .role = "TM", .lifetime = 60});
	json_t *citizen = claims(a, &(struct token_order){"c", .role = "PT"});

	(void)state;
	assert_string_equal(json_string_value(member_at(one, "agency.orgnr")), "310000019");
	assert_string_equal(json_string_value(member_at(one, "point_of_care.orgnr")), "310000019");
	assert_int_equal(json_integer_value(json_object_get(one, "iat")), 1000);
	assert_int_equal(json_integer_value(json_object_get(one, "exp")), 1060);
	assert_string_equal(member_text(one, "purpose_of_use"), "TREAT");
	assert_null(json_object_get(one, "pid"));
	assert_null(json_object_get(citizen, "agency"));
	assert_string_equal(member_text(citizen, "pid"), "13916900216");
	assert_string_equal(member_text(citizen, "purpose_of_use"), "SELF");
	assert_string_equal(member_text(claims(a, &(struct token_order){"a", .subject = "4"}),
					"purpose_of_use"),
			    "COC");
	assert_string_equal(
		member_text(claims(a, &(struct token_order){"a", .subject = "4", .purpose = "BTG"}),
			    "purpose_of_use"),
		"BTG");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
