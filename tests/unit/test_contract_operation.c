/* Reading operations: parameters of path and operation, bodies, and what follows from the form. */
#include "contract_fixture.h"

static const char document[] =
	"\"components\":{\"securitySchemes\":{\"agency\":{\"x-scopes\":{\"things.write\":\"\"}}}},"
	"\"x-access-matrix\":{\"resources\":{\"things\":{}}},\"paths\":{\"/things/{id}/parts\":{"
	"\"parameters\":[{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{}}],"
	"\"get\":{\"operationId\":\"listParts\",\"security\":[{\"agency\":[]}],\"x-resource\":"
	"\"things\","
	"\"x-list\":true,\"x-cost\":5,\"x-action\":\"search\",\"parameters\":[{\"name\":\"limit\","
	"\"in\":"
	"\"query\","
	"\"schema\":{\"type\":\"integer\"}},{\"name\":\"If-None-Match\",\"in\":\"header\","
	"\"schema\":{}}],"
	"\"responses\":{\"200\":{}}},"
	"\"post\":{\"operationId\":\"createPart\",\"security\":[{\"agency\":[\"things.write\"]}],"
	"\"x-resource\":\"things\",\"x-answer\":\"listParts\",\"x-executor\":\"ops\","
	"\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\"}},"
	"\"text/plain\":{}}},\"responses\":{\"201\":{},\"default\":{}}}}}";

static void reads_both_levels_and_the_form(void **state)
{
	struct arena *a = arena_new(4 * 1024 * 1024);
	struct contract *c = contract_of(a, document);
	const struct operation *list = contract_operation(c, "listParts");
	const struct operation *create = contract_operation(c, "createPart");

	(void)state;
	assert_int_equal(list->parameter_count, 3);
	assert_int_equal(list->parameters[1].place, IN_QUERY);
	assert_false(list->parameters[1].required);
	assert_int_equal(list->parameters[2].place, IN_HEADER);
	assert_true(list->is_list);
	assert_int_equal(list->cost, 5);
	assert_int_equal(create->cost, 0);
	assert_string_equal(list->action, "search");
	assert_true(list->secured);
	assert_null(list->scope);
	assert_string_equal(create->action, "write");
	assert_string_equal(create->answer, "listParts");
	assert_int_equal(create->executor, EXECUTOR_OPS);
	assert_int_equal(create->body_count, 2);
	assert_null(create->bodies[1].schema);
	assert_int_equal(create->response_count, 2);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_both_levels_and_the_form)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
