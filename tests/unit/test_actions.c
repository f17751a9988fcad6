/* api/actions: what a caller may do with a thing now, and the refusals of what it may not. */
#include "api_fixture.h"

#include "api/room.h"

static struct principal caller;

/* A POST to a door's transitions by a caller of this role. */
static struct request *asked(const char *role, const char *body)
{
	struct request *r = fixture_request("POST", "/api/v1/doors/1/transitions");

	caller = (struct principal){.role = role};
	fixture_body(r, "application/json", body);
	assert_true(route(r));
	r->principal = &caller;
	r->json = json_loads(body, 0, NULL);
	assert_non_null(r->json);
	arena_adopt(r->arena, (void (*)(void *))json_decref, r->json);
	return r;
}

static void knows_machines(void **state)
{
	(void)state;
	assert_true(actions_known("doors"));
	assert_false(actions_known("door"));
	assert_false(actions_known(""));
}

static void lists_open_actions(void **state)
{
	static const struct {
		const char *role, *state, *facts, *open;
	} rows[] = {
		{"MH", "SHUT", "{owner}", "[\"open\"]"},
		{"TL", "SHUT", "{owner}", "[\"open\",\"remove\"]"},
		{"TL", "SHUT", "{other,owner}", "[\"open\",\"remove\"]"},
		{"TL", "SHUT", "{owners}", "[\"remove\"]"},
		{"TL", "SHUT", "{}", "[\"remove\"]"},
		{"TL", "SHUT", NULL, "[\"remove\"]"},
		{"TL", "SHUT", "", "[\"remove\"]"},
		{"TL", "SHUT", "owner", "[\"remove\"]"},
		{"MH", "OPEN", NULL, "[\"shut\"]"},
		{"PT", "SHUT", "{owner}", "[]"},
		{"TL", "GONE", "{owner}", "[]"},
		{"TL", "NOWHERE", "{owner}", "[]"},
		{"MH", "SHUT", "{owner,locked}", "[]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = asked(rows[i].role, "{}");

		assert_string_equal(actions_open(r, r->op, rows[i].state, rows[i].facts),
				    rows[i].open);
		fixture_end(r);
	}
}

static void without_a_machine_there_are_none(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	assert_true(route(r));
	assert_null(actions_open(r, r->op, "SHUT", NULL));
	fixture_end(r);
}

static void many_facts_are_bounded(void **state)
{
	struct request *r = asked("TL", "{}");
	char *facts = arena_dup(r->arena, "{a");

	(void)state;
	for (int i = 0; i < 500; i++)
		facts = arena_printf(r->arena, "%s,f%d", facts, i);
	facts = arena_printf(r->arena, "%s,owner}", facts);
	assert_non_null(actions_open(r, r->op, "SHUT", facts));
	fixture_end(r);
}

static void decides(void **state)
{
	static const struct {
		const char *role, *state, *facts, *body;
		int status;
		const char *code;
	} rows[] = {
		{"MH", "SHUT", "{owner}", "{\"action\":\"open\",\"key\":1,\"reason\":2}", 0, NULL},
		{"MH", "SHUT", "{owner}", "{\"action\":\"open\",\"key\":1,\"reason\":null}", 422,
		 "invalid_body"},
		{"MH", "SHUT", "{owner}", "{\"action\":\"open\"}", 422, "invalid_body"},
		{"MH", "SHUT", "{owner}", "{\"action\":\"shut\"}", 409, "invalid_transition"},
		{"MH", "SHUT", "{owner}", "{\"action\":\"fly\"}", 409, "invalid_transition"},
		{"MH", "GONE", "{owner}", "{\"action\":\"shut\"}", 409, "invalid_transition"},
		{"PT", "OPEN", "{owner}", "{\"action\":\"shut\"}", 403, "forbidden_action"},
		{"MH", "SHUT", "{}", "{\"action\":\"open\",\"key\":1,\"reason\":2}", 403,
		 "forbidden_action"},
		{"MH", "SHUT", "{owner,locked}", "{\"action\":\"open\",\"key\":1,\"reason\":2}",
		 409, "conflict"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = asked(rows[i].role, rows[i].body);
		struct deciding d = {
			.machine = "doors", .state = rows[i].state, .facts = rows[i].facts};

		assert_int_equal(actions_decide(r, &d), rows[i].status == 0);
		assert_int_equal(r->reply.status, rows[i].status);
		if (rows[i].code != NULL)
			assert_string_equal(fixture_member(r, "code"), rows[i].code);
		else
			assert_string_equal(d.to, "OPEN");
		/* the other codes are not the table's */
		if (strstr(rows[i].facts, "locked") != NULL)
			assert_string_equal(d.refusal, rows[i].code);
		else
			assert_null(d.refusal);
		fixture_end(r);
	}
}

static void an_invalid_one_says_what_is_open(void **state)
{
	struct request *r = asked("TL", "{\"action\":\"shut\"}");
	struct deciding d = {.machine = "doors", .state = "SHUT", .facts = "{owner}"};

	(void)state;
	assert_false(actions_decide(r, &d));
	assert_string_equal(fixture_member(r, "from"), "SHUT");
	assert_string_equal(fixture_member(r, "action"), "shut");
	assert_int_equal(json_array_size(json_object_get(fixture_json(r), "allowed")), 2);
	fixture_end(r);
}

static void missing_members_are_all_named(void **state)
{
	struct request *r = asked("MH", "{\"action\":\"open\"}");
	struct deciding d = {.machine = "doors", .state = "SHUT", .facts = "{owner}"};

	(void)state;
	assert_false(actions_decide(r, &d));
	assert_int_equal(json_array_size(json_object_get(fixture_json(r), "errors")), 2);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_machines),
		cmocka_unit_test(lists_open_actions),
		cmocka_unit_test(without_a_machine_there_are_none),
		cmocka_unit_test(many_facts_are_bounded),
		cmocka_unit_test(decides),
		cmocka_unit_test(an_invalid_one_says_what_is_open),
		cmocka_unit_test(missing_members_are_all_named),
	};

	return cmocka_run_group_tests_name("actions", tests, fixture_start, fixture_stop);
}
