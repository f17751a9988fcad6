/* What the contract keeps of its document: parts, extensions and names, none of it the text's. */
#include "arena_fixture.h"
#include "contract_fixture.h"

static const char document[] =
	"\"info\":{\"version\":\"1.2\"},\"tags\":[{\"name\":\"Things\"}],"
	"\"components\":{\"securitySchemes\":{\"agency\":{\"x-scopes\":{\"things.read\":\"\"}}},"
	"\"schemas\":{\"Thing\":{\"properties\":{\"colour\":{\"enum\":[\"red\",{\"a\":[1]}]}},"
	"\"additionalProperties\":false}}},"
	"\"x-access-matrix\":{\"resources\":{\"things\":{}}},\"x-problems\":{\"gone\":{\"status\":"
	"410}},"
	"\"paths\":{\"/things\":{\"get\":{\"operationId\":\"listThings\",\"summary\":\"All "
	"things\","
	"\"security\":[{\"agency\":[\"things.read\"]}],\"x-resource\":\"things\",\"x-fhir\":{"
	"\"type\":\"Basic\"},"
	"\"parameters\":[{\"name\":\"colour\",\"in\":\"query\",\"description\":\"its colour\","
	"\"x-search\":\"token\",\"schema\":{\"type\":\"string\"}},{\"name\":\"limit\",\"in\":"
	"\"query\","
	"\"description\":\"how many\",\"schema\":{\"type\":\"integer\"}}],\"responses\":{\"200\":{"
	"\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Thing\"}}}}"
	"}}}}";

static const json_t *at(const json_t *json, const char *a, const char *b)
{
	return json_object_get(json_object_get(json, a), b);
}

static void keeps_what_is_read_after_start(void **state)
{
	const struct contract *c = contract_of(arena, document);
	const struct operation *op = contract_operation(c, "listThings");

	(void)state;
	assert_string_equal(json_string_value(at(c->document, "info", "version")), "1.2");
	assert_int_equal(json_integer_value(
				 json_object_get(at(c->document, "x-problems", "gone"), "status")),
			 410);
	assert_non_null(at(c->document, "x-access-matrix", "resources"));
	assert_non_null(at(c->document, "components", "securitySchemes"));
	assert_string_equal(json_string_value(at(op->extensions, "x-fhir", "type")), "Basic");
	assert_string_equal(op->parameters[0].about, "its colour");
}

static void keeps_nothing_else(void **state)
{
	const struct contract *c = contract_of(arena, document);
	const struct operation *op = contract_operation(c, "listThings");

	(void)state;
	assert_null(json_object_get(c->document, "paths"));
	assert_null(json_object_get(c->document, "tags"));
	assert_null(at(c->document, "components", "schemas"));
	assert_null(json_object_get(op->extensions, "summary"));
	assert_null(op->parameters[1].about);
}

static void validates_without_the_document(void **state)
{
	const struct operation *op = contract_operation(contract_of(arena, document), "listThings");
	struct schema *s = contract_response_schema(op, 200, "application/json");
	struct faults faults = {.arena = arena};
	json_t *good = json_pack("{s:{s:[i]}}", "colour", "a", 1);
	json_t *bad = json_pack("{s:s, s:i}", "colour", "blue", "size", 1);

	(void)state;
	assert_true(schema_validate(s, good, &faults, NULL));
	assert_false(schema_validate(s, bad, &faults, NULL));
	assert_int_equal(faults.count, 2);
	json_decref(good);
	json_decref(bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_read_after_start),
		cmocka_unit_test(keeps_nothing_else),
		cmocka_unit_test(validates_without_the_document),
	};

	return cmocka_run_group_tests_name("contract_keep", tests, arena_begin, arena_end);
}
