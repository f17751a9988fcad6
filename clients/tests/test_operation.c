/* Words → calls, typed by the contract. */
#include "../../tests/unit/cmocka_all.h"

#include "lib/member.h"
#include "lib/operation.h"

enum { MEMORY = 1 << 24 };

static const char document[] =
	"{\"openapi\":\"3.1.0\",\"security\":[{\"agency\":[]}],\"paths\":{"
	"\"/things/{id}/parts\":{\"parameters\":[{\"$ref\":\"#/components/parameters/Id\"}],"
	" \"post\":{\"operationId\":\"addPart\",\"parameters\":["
	"  {\"name\":\"tag\",\"in\":\"query\"},{\"name\":\"If-Match\",\"in\":\"header\"}],"
	"  \"requestBody\":{\"content\":{\"application/json\":{\"schema\":"
	"   {\"$ref\":\"#/components/schemas/Part\"}}}}},"
	" \"get\":{\"operationId\":\"listParts\",\"security\":[]}},"
	"\"/things/new\":{\"get\":{\"operationId\":\"newThing\"}},"
	"\"/open\":{\"post\":{\"operationId\":\"putAnything\",\"requestBody\":{\"content\":"
	" {\"application/merge-patch+json\":{\"schema\":{\"type\":\"object\"}}}}}}},"
	"\"components\":{\"parameters\":{\"Id\":{\"name\":\"id\",\"in\":\"path\"}},"
	"\"schemas\":{\"Part\":{\"type\":\"object\",\"additionalProperties\":false,"
	" \"properties\":{\"name\":{\"type\":\"string\"},\"count\":{\"type\":\"integer\"},"
	" \"weight\":{\"type\":[\"number\",\"null\"]},\"loose\":{\"type\":\"boolean\"},"
	" \"labels\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
	" \"sizes\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},"
	" \"maker\":{\"$ref\":\"#/components/schemas/Maker\"}}},"
	"\"Maker\":{\"type\":\"object\",\"additionalProperties\":false,"
	" \"properties\":{\"city\":{\"type\":\"string\"}},"
	" \"allOf\":[{\"properties\":{\"year\":{\"type\":\"integer\"}}}]}}}}";

struct fixture {
	struct arena *arena;
	struct contract *contract;
};

static int set_up(void **state)
{
	static struct fixture f;

	f.arena = arena_new(MEMORY);
	f.contract = contract_read(f.arena, member_keep(f.arena, json_loads(document, 0, NULL)));
	*state = &f;
	return f.contract == NULL;
}

static int tear_down(void **state)
{
	arena_free(((struct fixture *)*state)->arena);
	return 0;
}

static bool fill(struct fixture *f, const char *id, const char *const *words, struct call *call)
{
	const struct operation *op = contract_operation(f->contract, id);
	const char *why;

	assert_non_null(op);
	if (operation_fill(f->arena, op, words, call, &why))
		return true;
	assert_non_null(why);
	return false;
}

static void expect_body(struct fixture *f, const char *const *words, const char *body)
{
	struct call call;

	assert_true(fill(f, "addPart", words, &call));
	assert_string_equal(member_dump(f->arena, call.body, JSON_COMPACT), body);
}

static void test_places(void **state)
{
	static const char *const words[] = {"id=a/b", "tag=x", "tag=y", "if-match=\"3\"", NULL};
	struct fixture *f = *state;
	struct call call;

	assert_true(fill(f, "addPart", words, &call));
	assert_string_equal(call.method, "POST");
	assert_string_equal(call.path, "/things/a%2Fb/parts");
	assert_string_equal(member_dump(f->arena, call.query, JSON_COMPACT),
			    "{\"tag\":[\"x\",\"y\"]}");
	assert_string_equal(member_text(call.headers, "If-Match"), "\"3\"");
	assert_false(call.anonymous);
}

static void test_types(void **state)
{
	struct fixture *f = *state;

	expect_body(f, (const char *[]){"id=1", "name=007", "count=-7", NULL},
		    "{\"name\":\"007\",\"count\":-7}");
	expect_body(f, (const char *[]){"id=1", "weight=1.5", "loose=no", NULL},
		    "{\"weight\":1.5,\"loose\":false}");
	expect_body(f, (const char *[]){"id=1", "weight=null", "name=null", NULL},
		    "{\"weight\":null,\"name\":\"null\"}");
	expect_body(f, (const char *[]){"id=1", "labels[]=a", "labels[]=2", "sizes[]=2", NULL},
		    "{\"labels\":[\"a\",\"2\"],\"sizes\":[2]}");
	expect_body(f, (const char *[]){"id=1", "labels=a", "sizes=[1,2]", NULL},
		    "{\"labels\":[\"a\"],\"sizes\":[1,2]}");
	expect_body(f, (const char *[]){"id=1", "maker.city=Lier", "maker.year=1999", NULL},
		    "{\"maker\":{\"city\":\"Lier\",\"year\":1999}}");
	expect_body(f, (const char *[]){"id=1", "name=a=b", "count:=3", NULL},
		    "{\"name\":\"a=b\",\"count\":3}");
	expect_body(f, (const char *[]){"id=1", NULL}, "{}");
}

static void test_refusals(void **state)
{
	static const char *const bad[] = {"colour=red",
					  "maker.colour=red",
					  "count=many",
					  "count=1.5",
					  "loose=maybe",
					  "sizes[]=x",
					  "name",
					  "=x",
					  "count:={",
					  "maker=Lier",
					  "labels[].x=1",
					  ".name=x",
					  "name[]=x",
					  "@/no/such/file",
					  "count=99999999999999999999"};
	struct fixture *f = *state;
	struct call call;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(fill(f, "addPart", (const char *[]){"id=1", "name=x", bad[i], NULL},
				  &call));
	assert_false(fill(f, "addPart", (const char *[]){"name=x", NULL}, &call));
	assert_false(fill(f, "addPart", (const char *[]){"id=", NULL}, &call));
	assert_false(fill(f, "listParts", (const char *[]){"id=1", "name=x", NULL}, &call));
}

static void test_open_schema(void **state)
{
	static const char *const words[] = {"anything=1", "deep.er=2", NULL};
	struct fixture *f = *state;
	struct call call;

	assert_true(fill(f, "putAnything", words, &call));
	assert_string_equal(member_dump(f->arena, call.body, JSON_COMPACT),
			    "{\"anything\":\"1\",\"deep\":{\"er\":\"2\"}}");
	assert_string_equal(call.content_type, "application/merge-patch+json");
}

static void test_object(void **state)
{
	struct fixture *f = *state;
	const struct operation *op = contract_operation(f->contract, "addPart");
	json_t *input =
		member_keep(f->arena, json_loads("{\"id\":7,\"name\":\"x\",\"count\":2}", 0, NULL));
	struct call call;
	const char *why;

	assert_true(operation_fill_json(f->arena, op, input, &call, &why));
	assert_string_equal(call.path, "/things/7/parts");
	assert_string_equal(member_dump(f->arena, call.body, JSON_COMPACT),
			    "{\"name\":\"x\",\"count\":2}");
}

static void test_contract(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->contract->count, 4);
	assert_null(contract_operation(f->contract, "nothing"));
	assert_string_equal(contract_find(f->contract, "GET", "/things/{x}/parts")->id,
			    "listParts");
	assert_string_equal(contract_find(f->contract, "GET", "/things/new")->id, "newThing");
	assert_null(contract_find(f->contract, "GET", "/things/{id}"));
	assert_null(contract_find(f->contract, "PUT", "/things/new"));
	assert_false(contract_operation(f->contract, "listParts")->secured);
	assert_null(contract_read(f->arena, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_open_schema, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_object, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_contract, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
