/* Reading state machines: what is read, and that malformed ones are refused. */
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
	struct arena *a = arena_new(1024 * 1024);
	const char *why = NULL;
	const struct machines *all = machines_load(a, contract_of(a, good), &why);

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
	arena_free(a);
}

static void expect_refused(const char *from, const char *to, const char *message)
{
	struct arena *a = arena_new(1024 * 1024);
	const char *at = strstr(good, from), *why = NULL;
	const char *text =
		arena_printf(a, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));

	assert_null(machines_load(a, contract_of(a, text), &why));
	if (strstr(why, message) == NULL)
		fail_msg("expected '%s', got '%s'", message, why);
	arena_free(a);
}

static void refuses_what_is_malformed(void **state)
{
	(void)state;
	expect_refused("\"from\":[\"SHUT\"]", "\"from\":[\"AJAR\"]", "unknown state 'AJAR'");
	expect_refused("\"to\":\"OPEN\"", "\"to\":\"AJAR\"", "unknown state 'AJAR'");
	expect_refused("\"initial\":true", "\"initial\":false", "one initial state");
	expect_refused("\"deadline\"", "\"deadlines\"", "unknown member 'deadlines'");
	expect_refused("\"status\":409", "\"status\":200", "fact, code and status");
	expect_refused("[\"key\"]", "\"key\"", "not a list");
	expect_refused("\"from\":[\"SHUT\"]", "\"from\":[]", "open from no state");
}

static void reads_the_machines_of_the_contract(void **state)
{
	struct arena *a = arena_new(16 * 1024 * 1024);
	struct contract c = {0};
	const char *why = NULL;

	(void)state;
	embedded_document(a, &c);
	if (machines_load(a, &c, &why) == NULL)
		fail_msg("%s", why);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_of_a_machine),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(reads_the_machines_of_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
