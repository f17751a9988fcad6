/* Reading state machines: what is read, and that malformed ones are refused. */
#include "arena_fixture.h"
#include "contract_fixture.h"

#include "contract/machines.h"

static const char good[] =
	"\"x-state-machines\":{\"doors\":{\"name\":\"doors\",\"states\":{\"SHUT\":{\"initial\":"
	"true},"
	"\"OPEN\":{},\"GONE\":{\"terminal\":true}},\"actions\":[{\"action\":\"open\",\"from\":["
	"\"SHUT\"],"
	"\"to\":\"OPEN\",\"who\":{\"roles\":[\"MH\"],\"standing\":[\"owner\"]},\"required\":["
	"\"key\"],"
	"\"refuse_when\":[{\"fact\":\"locked\",\"code\":\"conflict\",\"status\":409}],"
	"\"deadline\":\"D\"}]}}";

static void reads_all_of_a_machine(void **state)
{
	const char *why = NULL;
	const struct machines *all = machines_load(arena, contract_of(arena, good), &why);

	(void)state;
	assert_non_null(all);

	const struct machine *m = machines_find(all, "doors");

	assert_non_null(m);
	assert_null(machines_find(all, "windows"));
	assert_int_equal(m->state_count, 3);
	assert_true(m->states[0].initial);
	assert_true(m->states[2].terminal);
	assert_int_equal(m->action_count, 1);
	assert_string_equal(m->actions[0].to, "OPEN");
	assert_true(names_have(&m->actions[0].roles, "MH"));
	assert_true(names_have(&m->actions[0].standing, "owner"));
	assert_true(names_have(&m->actions[0].required, "key"));
	assert_int_equal(m->actions[0].refuse_when.list[0].status, 409);
	assert_string_equal(m->actions[0].deadline, "D");
}

static bool reads_machines(struct arena *a, const struct contract *c, const char **why)
{
	return machines_load(a, c, why) != NULL;
}

static void refuses_what_is_malformed(void **state)
{
	static const struct refusal rows[] = {
		{"\"from\":[\"SHUT\"]", "\"from\":[\"AJAR\"]", "unknown state 'AJAR'"},
		{"\"to\":\"OPEN\"", "\"to\":\"AJAR\"", "unknown state 'AJAR'"},
		{"\"initial\":true", "\"initial\":false", "one initial state"},
		{"\"deadline\"", "\"deadlines\"", "unknown member 'deadlines'"},
		{"\"status\":409", "\"status\":200", "fact, code and status"},
		{"[\"key\"]", "\"key\"", "not a list"},
		{"\"from\":[\"SHUT\"]", "\"from\":[]", "open from no state"},
		{0},
	};

	(void)state;
	expect_refusals(reads_machines, good, rows);
}

static void reads_the_machines_of_the_contract(void **state)
{
	struct contract c = {0};
	const char *why = NULL;

	(void)state;
	embedded_document(arena, &c);
	if (machines_load(arena, &c, &why) == NULL)
		fail_msg("%s", why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_of_a_machine),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(reads_the_machines_of_the_contract),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
