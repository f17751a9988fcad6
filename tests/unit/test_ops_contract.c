/* api/ops_contract: what is served is what is enforced, once for each who holds it already. */
#include "api_fixture.h"

#include "api/ops.h"

static struct request *named(const char *target, const char *name, const char *value)
{
	struct request *r = fixture_request("GET", target);

	if (name != NULL)
		r->parameters[r->parameter_count++] =
			(struct parameter_value){name, value, IN_PATH};
	return r;
}

static void serves_the_contract_byte_for_byte(void **state)
{
	struct request *r = named("/api/v1/openapi.json", NULL, NULL);

	(void)state;
	assert_int_equal(ops_openapi(r), ANSWERED);
	assert_string_equal(r->reply.body, service.contract->text);
	fixture_end(r);
}

static void who_holds_it_gets_304(void **state)
{
	enum outcome (*const all[])(struct request *) = {ops_openapi, ops_problems, ops_machines,
							 ops_matrix};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct request *first = named("/api/v1/x", NULL, NULL);
		struct request *again = named("/api/v1/x", NULL, NULL);

		all[i](first);
		assert_int_equal(first->reply.status, 200);
		fixture_header(again, "If-None-Match", "\"other\"");
		fixture_header(again, "If-None-Match",
			       arena_printf(again->arena, "W/%s", fixture_reply(first, "ETag")));
		all[i](again);
		assert_int_equal(again->reply.status, 304);
		assert_null(again->reply.body);
		assert_string_equal(fixture_reply(again, "ETag"), fixture_reply(first, "ETag"));
		fixture_end(first);
		fixture_end(again);
	}
}

static void lists_problems_and_machines(void **state)
{
	struct request *r = named("/api/v1/problems", NULL, NULL);
	const json_t *one;

	(void)state;
	ops_problems(r);
	one = json_array_get(json_object_get(fixture_json(r), "items"), 0);
	assert_non_null(json_object_get(one, "code"));
	assert_non_null(json_object_get(one, "title"));
	fixture_end(r);
	r = named("/api/v1/state-machines", NULL, NULL);
	ops_machines(r);
	assert_int_equal(json_array_size(json_object_get(fixture_json(r), "items")), 1);
	fixture_end(r);
}

static void gives_one_or_404(void **state)
{
	static const struct {
		enum outcome (*run)(struct request *);
		const char *name, *value;
		int status;
	} rows[] = {
		{ops_problem, "code", "not_found", 200}, {ops_problem, "code", "nonsense", 404},
		{ops_problem, "code", "", 404},		 {ops_machine, "name", "doors", 200},
		{ops_machine, "name", "windows", 404},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = named("/api/v1/x", rows[i].name, rows[i].value);

		assert_int_equal(rows[i].run(r), ANSWERED);
		assert_int_equal(r->reply.status, rows[i].status);
		fixture_end(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_the_contract_byte_for_byte),
		cmocka_unit_test(who_holds_it_gets_304),
		cmocka_unit_test(lists_problems_and_machines),
		cmocka_unit_test(gives_one_or_404),
	};

	return cmocka_run_group_tests_name("ops_contract", tests, fixture_start, fixture_stop);
}
