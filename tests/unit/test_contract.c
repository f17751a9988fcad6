/* The contract's loader: what it reads from an operation, and that it refuses what is wrong. */
#include "arena_fixture.h"

#include <stdio.h>
#include <string.h>

#include "contract/contract.h"

static const char head[] =
	"{\"openapi\":\"3.1.0\",\"servers\":[{\"url\":\"https://host.example/api/v1/\"}],"
	"\"components\":{\"securitySchemes\":{\"agency\":{\"x-scopes\":{\"things.read\":\"\"}}},"
	"\"parameters\":{\"Id\":{\"name\":\"id\",\"in\":\"path\",\"required\":true,"
	"\"schema\":{\"$ref\":\"#/components/schemas/Uuid\"}}},"
	"\"schemas\":{\"Uuid\":{\"type\":\"string\",\"format\":\"uuid\"}},"
	"\"responses\":{\"Bad\":{\"content\":{\"application/problem+json\":{\"schema\":"
	"{\"type\":\"object\"}}}}}},"
	"\"x-access-matrix\":{\"resources\":{\"things\":{}}},\"x-state-machines\":{\"m\":{}},";

static const char things[] =
	"\"/things/{id}\":{\"parameters\":[{\"$ref\":\"#/components/parameters/Id\"}],"
	"\"get\":{\"operationId\":\"getThing\",\"security\":[{\"agency\":[\"things.read\"]}],"
	"\"x-resource\":\"things\",\"x-person\":\"path.id\",\"responses\":{\"200\":{\"content\":"
	"{\"application/json\":{\"schema\":{\"type\":\"object\",\"required\":[\"id\"]}}}},"
	"\"default\":{\"$ref\":\"#/components/responses/Bad\"}}}}";

static struct contract *load(const char *paths, const char **why)
{
	char *text = arena_printf(arena, "%s\"paths\":{%s}}", head, paths);
	const struct contract_source source = {.arena = arena, .text = text, .size = strlen(text)};

	return contract_load(&source, why);
}

static void reads_an_operation(void **state)
{
	const char *why = NULL;
	struct contract *c = load(things, &why);

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->prefix, "/api/v1");
	assert_int_equal(c->operation_count, 1);

	const struct operation *op = contract_operation(c, "getThing");

	assert_non_null(op);
	assert_null(contract_operation(c, "putThing"));
	assert_string_equal(op->path, "/things/{id}");
	assert_int_equal(op->method, METHOD_GET);
	assert_true(op->secured);
	assert_string_equal(op->scope, "things.read");
	assert_string_equal(op->action, "read");
	assert_string_equal(op->person_param, "id");
	assert_int_equal(op->executor, EXECUTOR_STATEMENT);
	assert_int_equal(op->parameter_count, 1);
	assert_int_equal(op->parameters[0].place, IN_PATH);
}

static void finds_the_schema_of_an_answer(void **state)
{
	const char *why = NULL;
	const struct operation *op = contract_operation(load(things, &why), "getThing");
	struct schema *ok = contract_response_schema(op, 200, "application/json");
	struct faults faults = {.arena = arena};
	json_t *empty = json_object();

	(void)state;
	assert_non_null(ok);
	assert_false(schema_validate(ok, empty, &faults, NULL));
	assert_string_equal(faults.list[0].pointer, "/id");
	assert_null(contract_response_schema(op, 200, "text/plain"));
	assert_non_null(contract_response_schema(op, 503, "application/problem+json"));
	json_decref(empty);
}

static void takes_a_transition_from_its_form(void **state)
{
	const char *why = NULL;
	struct contract *c = load(
		"\"/things/{id}/transitions\":{\"parameters\":[{\"$ref\":\"#/components/parameters/"
		"Id\"}],"
		"\"post\":{\"operationId\":\"moveThing\",\"security\":[],\"x-machine\":\"m\","
		"\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":"
		"{\"type\":\"object\"}}}},\"responses\":{\"200\":{}}}}",
		&why);

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->operations[0].executor, EXECUTOR_TRANSITION);
	assert_int_equal(c->operations[0].body_count, 1);
	assert_true(c->operations[0].body_required);
	assert_false(c->operations[0].secured);
}

struct refusal {
	const char *from, *to; /* in `things` */
	const char *why;
};

static const char *replaced(const char *from, const char *to)
{
	const char *at = strstr(things, from);

	assert_non_null(at);
	return arena_printf(arena, "%.*s%s%s", (int)(at - things), things, to, at + strlen(from));
}

static void refuses_what_is_wrong(void **state)
{
	static const struct refusal refusals[] = {
		{"\"200\"", "\"404\"", "no response for success"},
		{"\"200\"", "\"2xx\"", "'2xx' is not a status"},
		{"getThing", "Get-Thing", "not camelCase"},
		{"things.read", "things.eat", "unknown scope 'things.eat'"},
		{"\"x-resource\":\"things\"", "\"x-resource\":\"tings\"",
		 "not in the access matrix"},
		{"\"x-resource\":\"things\"", "\"x-resource\":[\"things\",\"tings\"]",
		 "'tings' is not in the access matrix"},
		{"\"x-resource\":\"things\"", "\"x-resource\":[1]",
		 "not a name or a list of names"},
		{"\"x-resource\":\"things\",", "", "x-resource is missing"},
		{"path.id", "path.thing", "not a path parameter"},
		{"x-person", "x-persons", "unknown extension 'x-persons'"},
		{"\"x-person\":\"path.id\"", "\"x-executor\":\"magic\"",
		 "unknown x-executor 'magic'"},
		{"\"x-person\":\"path.id\"", "\"x-executor\":\"transition\"", "needs x-machine"},
		{"\"x-person\":\"path.id\"", "\"x-machine\":\"n\"", "unknown x-machine 'n'"},
		{"\"x-person\":\"path.id\"", "\"x-answer\":\"getIt\"", "x-answer 'getIt'"},
		{"\"x-person\":\"path.id\"", "\"x-action\":\"eat\"", "unknown x-action 'eat'"},
		{"parameters/Id", "parameters/Di", "points at nothing"},
		{"/{id}", "/{di}", "path parameter 'di' is not described"},
		{"/{id}", "/all", "that the path does not have"},
		{"/{id}", "/a{id}", "malformed segment"},
		{"\"required\":[\"id\"]", "\"requires\":[\"id\"]", "unknown keyword 'requires'"},
		{"\"security\":[{\"agency\":[\"things.read\"]}],", "", "security is not said"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const char *why = NULL;

		assert_null(load(replaced(refusals[i].from, refusals[i].to), &why));
		if (strstr(why, refusals[i].why) == NULL)
			fail_msg("expected '%s', got '%s'", refusals[i].why, why);
	}
}

static void refuses_an_id_used_twice(void **state)
{
	const char *why = NULL;
	const char *other = replaced("/things/", "/others/");

	(void)state;
	assert_null(load(arena_printf(arena, "%s,%s", things, other), &why));
	assert_non_null(strstr(why, "'getThing' is used twice"));
	assert_null(load("\"/x\":{}},\"paths\":{", &why));
	assert_non_null(strstr(why, "duplicate"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_operation),
		cmocka_unit_test(finds_the_schema_of_an_answer),
		cmocka_unit_test(takes_a_transition_from_its_form),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(refuses_an_id_used_twice),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
