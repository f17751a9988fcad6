/* api/fhir_parameters: Parameters in a body become those of a query. */
#include "fhir_fixture.h"

#include <string.h>

#include "api/fhir_parameters.h"

/* The same request each time, with that body. */
static struct request *with_body(const char *body)
{
	struct request *r = fhir_fixture_next("POST", "/Patient/$export");

	config.json_depth = 8;
	r->in.body = arena_dup(r->arena, body);
	r->in.body_size = strlen(body);
	return r;
}

static void values_of_every_kind_are_text(void **state)
{
	struct request *r = with_body(
		"{\"resourceType\":\"Parameters\",\"id\":\"x\",\"parameter\":["
		"{\"name\":\"_type\",\"valueString\":\"Patient,Flag\"},"
		"{\"name\":\"_since\",\"valueInstant\":\"2026-01-01T00:00:00Z\"},"
		"{\"name\":\"a\",\"valueBoolean\":false},{\"name\":\"b\",\"valueInteger\":-7}]}");
	static const char *const expected[][2] = {{"_type", "Patient,Flag"},
						  {"_since", "2026-01-01T00:00:00Z"},
						  {"a", "false"},
						  {"b", "-7"}};

	(void)state;
	assert_true(fhir_parameters_read(r));
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_string_equal(request_parameter(r, IN_QUERY, expected[i][0]), expected[i][1]);
}

static void a_list_may_be_missing(void **state)
{
	(void)state;
	assert_true(fhir_parameters_read(with_body("{\"resourceType\":\"Parameters\"}")));
}

static void anything_else_is_refused(void **state)
{
	static const char *const bodies[] = {
		"{",
		"[]",
		"\"Parameters\"",
		"{\"resourceType\":\"Patient\"}",
		"{\"resourceType\":7}",
		"{\"resourceType\":\"Parameters\",\"resourceType\":\"Parameters\"}",
		"{\"resourceType\":\"Parameters\",\"parameter\":{}}",
		"{\"resourceType\":\"Parameters\",\"parameter\":[7]}",
		"{\"resourceType\":\"Parameters\",\"parameter\":[{\"valueString\":\"x\"}]}",
		"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"x\"}]}",
		"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"x\",\"valueDecimal\":"
		"1.5}]}",
		"{\"resourceType\":\"Parameters\",\"a\":[[[[[[[[[1]]]]]]]]]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_false(fhir_parameters_read(with_body(bodies[i])));
}

static void no_more_than_a_query_may_have(void **state)
{
	const char *list = "";
	struct request *r = with_body("");

	(void)state;
	for (int i = 0; i <= QUERY_MAX; i++)
		list = arena_printf(r->arena, "%s%s{\"name\":\"a\",\"valueString\":\"x\"}", list,
				    i == 0 ? "" : ",");
	r->in.body = arena_printf(r->arena, "{\"resourceType\":\"Parameters\",\"parameter\":[%s]}",
				  list);
	r->in.body_size = strlen(r->in.body);
	assert_false(fhir_parameters_read(r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_every_kind_are_text),
		cmocka_unit_test(a_list_may_be_missing),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(no_more_than_a_query_may_have),
	};

	return cmocka_run_group_tests_name("fhir_parameters", tests, fhir_fixture_start,
					   fhir_fixture_stop);
}
