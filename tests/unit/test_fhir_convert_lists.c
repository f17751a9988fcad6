/* api/fhir_convert_lists: lists of elements as members of native bodies. */
#include "convert_fixture.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER "01890a5d-ac96-774b-bcce-b302099a8058"

static void each_by_its_rule(void **state)
{
	static const char codes[] =
		"{\"as\":\"list\",\"create\":\"m\",\"of\":{\"as\":\"concept\",\"one\":\"one\","
		"\"systems\":{\"s\":true}}}";

	(void)state;
	assert_becomes(codes,
		       "[{\"coding\":[{\"system\":\"s\",\"code\":\"a\"}]},"
		       "{\"coding\":[{\"system\":\"s\",\"code\":\"b\"}]}]",
		       "{\"m\":[\"a\",\"b\"]}");
	assert_becomes(codes, "[]", "{\"m\":[]}");
	assert_becomes(codes, "[{\"coding\":[{\"system\":\"t\",\"code\":\"a\"}]}]",
		       "<not_supported>");
	assert_becomes(codes, "\"a\"", "<type>");
}

static void what_stands_beside_is_known(void **state)
{
	static const char rule[] =
		"{\"as\":\"list\",\"create\":\"m\",\"of\":{\"at\":\"who\",\"as\":\"reference\","
		"\"one\":{\"Practitioner\":\"one\"},\"beside\":[{\"at\":\"role\",\"as\":"
		"\"concept\","
		"\"is\":true,\"systems\":{\"s\":{\"a\":\"a\"}}}]}}";

	(void)state;
	assert_becomes(rule,
		       "[{\"who\":{\"reference\":\"Practitioner/" UUID "\"}},"
		       "{\"who\":{\"reference\":\"Practitioner/" OTHER
		       "\"},\"role\":{\"coding\":[{\"system\":\"s\",\"code\":\"a\"}]}}]",
		       "{\"m\":[\"" UUID "\",\"" OTHER "\"]}");
	assert_becomes(rule,
		       "[{\"who\":{\"reference\":\"Practitioner/" UUID
		       "\"},\"role\":{\"coding\":[{\"system\":\"s\",\"code\":\"b\"}]}}]",
		       "<not_supported>");
	assert_becomes(rule, "[{\"who\":{\"reference\":\"Practitioner/" UUID "\"},\"more\":1}]",
		       "<not_supported>");
	assert_becomes(rule, "[{\"who\":{\"reference\":\"Group/" UUID "\"}}]", "<not_supported>");
	assert_becomes(rule, "[{}]", "<not_supported>");
}

#define ITEM(code, value)                                                                          \
	"{\"code\":{\"coding\":[{\"system\":\"s\",\"code\":\"" code "\"}]}," value "}"

static void components_are_answers(void **state)
{
	static const char rule[] = "{\"as\":\"components\",\"from\":\"s\",\"create\":\"m\"}";

	(void)state;
	assert_becomes(rule,
		       "[" ITEM("HONOS-H1", "\"valueInteger\":2") "," ITEM(
			       "HONOS-H2", "\"dataAbsentReason\":{\"text\":\"x\"}") "]",
		       "{\"m\":{\"H1\":2,\"H2\":null}}");
	assert_becomes(rule, "[" ITEM("HONOS-H1", "\"valueString\":\"2\"") "]", "<not_supported>");
	assert_becomes(rule, "[" ITEM("HONOS-H1", "\"valueInteger\":2,\"x\":1") "]",
		       "<not_supported>");
	assert_becomes(rule,
		       "[{\"code\":{\"coding\":[{\"system\":\"t\",\"code\":\"HONOS-H1\"}]},"
		       "\"valueInteger\":2}]",
		       "<not_supported>");
	/* an item has one answer, be it the same twice */
	assert_becomes(rule,
		       "[" ITEM("HONOS-H1", "\"valueInteger\":4") "," ITEM(
			       "HONOS-H1", "\"valueInteger\":0") "]",
		       "<not_supported>");
	assert_becomes(rule,
		       "[" ITEM("HONOS-H1", "\"dataAbsentReason\":{}") "," ITEM(
			       "HONOS-H1", "\"valueInteger\":0") "]",
		       "<not_supported>");
	assert_becomes(rule, "[" ITEM("HONOS-H1", "\"valueInteger\":null") "]", "<not_supported>");
	assert_becomes(rule, ITEM("HONOS-H1", "\"valueInteger\":2"), "<type>");
}

/* What the component becomes in a resource of HONOS. */
static const char *in_honos(const char *component)
{
	json_t *rule = json_loads("{\"as\":\"components\",\"from\":\"s\",\"create\":\"m\","
				  "\"instrument\":{\"at\":\"code\",\"one\":\"one\"}}",
				  0, NULL);
	json_t *resource = json_pack("{s:s}", "code", "HONOS"), *body = json_object();
	json_t *found = json_pack("[o]", json_loads(component, 0, NULL));
	struct fhir_conversion c = {.arena = arena, .resource = resource};
	const char *out;
	bool taken = fhir_convert(&c, rule, "create", found, body);
	const char *item = json_object_iter_key(json_object_iter(json_object_get(body, "m")));

	out = arena_dup(arena, taken ? item : c.code);
	json_decref(rule);
	json_decref(resource);
	json_decref(body);
	json_decref(found);
	return out;
}

static void items_are_of_the_instrument(void **state)
{
	(void)state;
	assert_string_equal(in_honos(ITEM("HONOS-H1", "\"valueInteger\":2")), "H1");
	assert_string_equal(in_honos(ITEM("H1", "\"valueInteger\":2")), "H1");
	assert_string_equal(in_honos(ITEM("AUDIT-H1", "\"valueInteger\":2")), "not_supported");
	assert_string_equal(in_honos(ITEM("HON-H1", "\"valueInteger\":2")), "not_supported");
	assert_string_equal(in_honos(ITEM("-H1", "\"valueInteger\":2")), "not_supported");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_by_its_rule),
					   cmocka_unit_test(what_stands_beside_is_known),
					   cmocka_unit_test(components_are_answers),
					   cmocka_unit_test(items_are_of_the_instrument)};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
