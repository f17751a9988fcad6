/* The step of a machine: every state, action and role of every table, judged from the same table.
 */
#include "arena_fixture.h"
#include "contract_fixture.h"

#include "domain/machine.h"

static const char *const roles[] = {"TM", "TL", "DPS", "MH", "CO", "CU", "KO", "GP", "NAV", "HO",
				    "PO", "PT", "RE",  "QM", "PM", "SG", "PV", "SA", "SY"};
enum { ROLES = sizeof(roles) / sizeof(*roles) };

/* A table of its own, with each kind of guard, beside those of the contract. */
static const char doors[] =
	"\"x-state-machines\":{\"doors\":{\"states\":{\"SHUT\":{\"initial\":true},\"OPEN\":{},"
	"\"GONE\":{\"terminal\":true}},\"actions\":["
	"{\"action\":\"open\",\"from\":[\"SHUT\"],\"to\":\"OPEN\",\"who\":{\"roles\":[\"MH\","
	"\"TL\"],"
	"\"standing\":[\"owner\",\"guest\"]},\"required\":[\"key\",\"hand\"],"
	"\"refuse_when\":[{\"fact\":\"locked\",\"code\":\"conflict\",\"status\":409}],"
	"\"require_facts\":[{\"fact\":\"oiled\",\"code\":\"missing_fact\",\"status\":422}]},"
	"{\"action\":\"shut\",\"from\":[\"OPEN\"],\"to\":\"previous\",\"who\":{\"roles\":[\"MH\"]}}"
	","
	"{\"action\":\"shut\",\"from\":[\"OPEN\"],\"to\":\"GONE\",\"who\":{\"roles\":[\"SY\"]}}]}}";

static const struct machine *machine;
static size_t tried;

static int build(void **state)
{
	const char *why = NULL;

	arena_begin(state);
	machine = machines_find(machines_load(arena, contract_of(arena, doors), &why), "doors");
	return machine == NULL;
}

static struct names names_of(const char *list)
{
	struct names names = {0, arena_alloc(arena, 16 * sizeof(char *))};
	char *rest = arena_dup(arena, list);

	for (char *one = strsep(&rest, " "); one != NULL; one = strsep(&rest, " "))
		names.list[names.count++] = one;
	return names;
}

static struct machine_decision decide(const char *action, const char *state, const char *role,
				      const char *facts, const char *members)
{
	const struct machine_question q = {
		.machine = machine,
		.action = action,
		.state = state,
		.role = role,
		.facts = names_of(facts),
		.members = names_of(members),
	};

	return machine_decide(&q);
}

static void takes_the_step(void **state)
{
	struct machine_decision d = decide("open", "SHUT", "MH", "owner oiled", "action key hand");

	(void)state;
	assert_int_equal(d.verdict, MACHINE_OK);
	assert_int_equal(d.status, 200);
	assert_null(d.code);
	assert_string_equal(d.to, "OPEN");
	assert_string_equal(decide("open", "SHUT", "TL", "guest oiled", "key hand").to, "OPEN");
}

static void chooses_the_row_that_the_caller_may_take(void **state)
{
	(void)state;
	assert_string_equal(decide("shut", "OPEN", "MH", "", "").to, "previous");
	assert_string_equal(decide("shut", "OPEN", "SY", "", "").to, "GONE");
}

static void refuses_in_order(void **state)
{
	struct machine_decision d = decide("shut", "SHUT", "MH", "owner oiled", "");

	(void)state;
	assert_int_equal(d.verdict, MACHINE_INVALID);
	assert_int_equal(d.status, 409);
	assert_string_equal(d.code, "invalid_transition");
	assert_int_equal(d.allowed_count, 1);
	assert_string_equal(d.allowed[0], "open");
	assert_int_equal(decide("fly", "SHUT", "MH", "owner oiled", "").verdict, MACHINE_INVALID);
	assert_int_equal(decide("open", "SHUT", "PO", "owner", "").verdict, MACHINE_FORBIDDEN);
	assert_int_equal(decide("open", "SHUT", "MH", "oiled", "").status, 403);
	d = decide("open", "SHUT", "MH", "owner locked oiled", "key hand");
	assert_int_equal(d.verdict, MACHINE_REFUSED);
	assert_int_equal(d.status, 409);
	assert_string_equal(decide("open", "SHUT", "MH", "owner", "key hand").code, "missing_fact");
	d = decide("open", "SHUT", "MH", "owner oiled", "hand");
	assert_int_equal(d.verdict, MACHINE_INCOMPLETE);
	assert_int_equal(d.missing_count, 1);
	assert_string_equal(d.missing[0], "key");
}

static void lists_only_what_would_succeed(void **state)
{
	const char *open[MACHINE_ACTIONS_MAX];
	struct machine_question q = {.machine = machine, .state = "SHUT", .role = "MH"};

	(void)state;
	q.facts = names_of("owner oiled");
	assert_int_equal(machine_open(&q, open), 1);
	q.facts = names_of("owner oiled locked");
	assert_int_equal(machine_open(&q, open), 0);
	q.state = "OPEN";
	assert_int_equal(machine_open(&q, open), 1);
	q.state = "GONE";
	assert_int_equal(machine_open(&q, open), 0);
}

/* --- every state, action and role ------------------------------------------------------------ */

static bool listed(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), name) == 0)
			return true;
	return false;
}

static const char *text(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

/* What the table says of a caller with every standing, every needed fact and every member. */
static int wanted_status(const json_t *table, const char *action, const char *state,
			 const char *role)
{
	const json_t *actions = json_object_get(table, "actions");
	int status = 409;

	for (size_t i = 0; i < json_array_size(actions); i++) {
		const json_t *one = json_array_get(actions, i);

		if (strcmp(text(one, "action"), action) != 0 ||
		    !listed(json_object_get(one, "from"), state))
			continue;
		if (listed(json_object_get(json_object_get(one, "who"), "roles"), role))
			return 200;
		status = 403;
	}
	return status;
}

static void add_all(struct names *names, const struct names *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (!names_have(names, more->list[i]))
			names->list[names->count++] = more->list[i];
}

static void take_away(struct names *names, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) != 0)
			names->list[kept++] = names->list[i];
	names->count = kept;
}

/*
 * Everything that helps with this action: all standings but those for which it is refused (who
 * registered a deviation), the facts that it needs, all members.
 */
static void help(struct machine_question *q)
{
	q->facts = (struct names){0, arena_alloc(arena, 512 * sizeof(char *))};
	q->members = (struct names){0, arena_alloc(arena, 512 * sizeof(char *))};
	for (size_t i = 0; i < q->machine->action_count; i++) {
		const struct machine_action *a = &q->machine->actions[i];

		add_all(&q->facts, &a->standing);
		add_all(&q->members, &a->required);
		for (size_t j = 0; strcmp(a->name, q->action) == 0 && j < a->require_facts.count;
		     j++)
			q->facts.list[q->facts.count++] = a->require_facts.list[j].fact;
	}
	for (size_t i = 0; i < q->machine->action_count; i++) {
		const struct machine_action *a = &q->machine->actions[i];

		for (size_t j = 0; strcmp(a->name, q->action) == 0 && j < a->refuse_when.count; j++)
			take_away(&q->facts, a->refuse_when.list[j].fact);
	}
}

static void try_roles(struct machine_question *q, const json_t *table)
{
	for (size_t i = 0; i < ROLES; i++) {
		q->role = roles[i];

		int wanted = wanted_status(table, q->action, q->state, q->role);
		struct machine_decision d = machine_decide(q);

		tried++;
		if (d.status != wanted)
			fail_msg("%s: %s from %s by %s is %d, not %d", q->machine->name, q->action,
				 q->state, q->role, d.status, wanted);
		/* without any standing or fact nobody whose row asks for one gets through */
		struct machine_question bare = *q;

		bare.facts.count = 0;
		d = machine_decide(&bare);
		if (wanted == 200 && d.action->standing.count > 0)
			assert_int_equal(d.status, 403);
	}
}

static void try_machine(const struct machine *m, const json_t *table)
{
	struct machine_question q = {.machine = m};

	for (size_t s = 0; s < m->state_count; s++)
		for (size_t a = 0; a < m->action_count; a++) {
			q.state = m->states[s].name;
			q.action = m->actions[a].name;
			help(&q);
			try_roles(&q, table);
		}
}

static void agrees_with_every_table(void **state)
{
	struct contract c = {0};
	const json_t *tables = json_object_get(embedded_document(arena, &c), "x-state-machines");
	const char *why = NULL;
	const struct machines *all = machines_load(arena, &c, &why);

	(void)state;
	assert_non_null(all);
	for (size_t i = 0; i < all->count; i++)
		try_machine(&all->list[i], json_object_get(tables, all->list[i].name));
	print_message("%zu combinations of state, action and role in %zu machines\n", tried,
		      all->count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_step),
		cmocka_unit_test(chooses_the_row_that_the_caller_may_take),
		cmocka_unit_test(refuses_in_order),
		cmocka_unit_test(lists_only_what_would_succeed),
		cmocka_unit_test(agrees_with_every_table),
	};

	return cmocka_run_group_tests(tests, build, arena_end);
}
