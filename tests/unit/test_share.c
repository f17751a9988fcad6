/* db/share: several rounds in one transaction; what fails is its own round's alone. */
#include "database_fixture.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "db/share.h"

enum { GUESTS = 6 };

struct guest {
	const char *name, *value;
	struct arena *arena;
	struct round round;
	enum pool_refusal refusal;
	bool ok;
	pthread_t thread;
};

static void *visit(void *argument)
{
	struct guest *g = argument;

	round_init(&g->round, NULL, g->arena);
	round_add(&g->round, statement_find(g->name), &g->value);
	g->ok = share_run(&g->round, &g->refusal);
	return NULL;
}

static void enter(struct guest *g, const char *name, const char *value)
{
	*g = (struct guest){.name = name, .value = value, .arena = arena_new(1 << 20)};
	assert_int_equal(pthread_create(&g->thread, NULL, visit, g), 0);
}

static void leave(struct guest *g)
{
	pthread_join(g->thread, NULL);
}

/* One holds the only lane while the others come, so that they go together. */
static void meet(struct guest *guests, const char *const (*what)[2])
{
	struct guest first, slow;
	struct pool_counters pool;

	/* a connection is open, and then at work */
	enter(&first, "one", "a");
	leave(&first);
	arena_free(first.arena);
	enter(&slow, "slow", "0.3");
	do
		pool_count(&pool);
	while (pool.idle == pool.size && usleep(200) == 0);
	usleep(50000);
	for (size_t i = 0; i < GUESTS; i++)
		enter(&guests[i], what[i][0], what[i][1]);
	leave(&slow);
	assert_true(slow.ok);
	arena_free(slow.arena);
	for (size_t i = 0; i < GUESTS; i++)
		leave(&guests[i]);
}

static void part(struct guest *guests)
{
	for (size_t i = 0; i < GUESTS; i++)
		arena_free(guests[i].arena);
	pool_stop();
}

static struct share_counters since(const struct share_counters *before)
{
	struct share_counters now;

	share_count(&now);
	return (struct share_counters){.rounds = now.rounds - before->rounds,
				       .transactions = now.transactions - before->transactions,
				       .undone = now.undone - before->undone};
}

static void go_together(void **state)
{
	const char *const what[GUESTS][2] = {{"one", "a"}, {"one", "b"},  {"txid", "x"},
					     {"one", "d"}, {"txid", "x"}, {"nothing", NULL}};
	struct guest guests[GUESTS];
	struct share_counters before, more;

	(void)state;
	database_pool(2, 2000, 2000);
	share_count(&before);
	meet(guests, what);
	more = since(&before);
	assert_int_equal(more.rounds, GUESTS + 2);
	assert_int_equal(more.transactions, 3);
	assert_int_equal(more.undone, 0);
	for (size_t i = 0; i < GUESTS; i++) {
		assert_true(guests[i].ok);
		assert_null(guests[i].round.connection);
	}
	assert_string_equal(round_text(&guests[1].round, 0, "text"), "b");
	assert_string_equal(round_text(&guests[2].round, 0, "id"),
			    round_text(&guests[4].round, 0, "id"));
	assert_int_equal(round_rows(&guests[5].round, 0), 0);
	part(guests);
}

static void leave_nothing_behind(void **state)
{
	const char *const what[GUESTS][2] = {{"set", "secret"}, {"read", "x"}, {"set", "other"},
					     {"read", "x"},	{"read", "x"}, {"read", "x"}};
	struct guest guests[GUESTS];

	(void)state;
	database_pool(1, 2000, 2000);
	meet(guests, what);
	for (size_t i = 0; i < GUESTS; i++) {
		const char *seen = round_text(&guests[i].round, 0, "setting");

		assert_true(guests[i].ok);
		assert_string_equal(seen == NULL ? "" : seen,
				    strcmp(what[i][0], "set") == 0 ? what[i][1] : "");
	}
	part(guests);
}

static void fail_alone(void **state)
{
	const char *const what[GUESTS][2] = {{"one", "a"},    {"refuses", NULL}, {"one", "b"},
					     {"fails", NULL}, {"one", "c"},	 {"bad", NULL}};
	struct guest guests[GUESTS];
	struct share_counters before;

	(void)state;
	database_pool(1, 2000, 2000);
	share_count(&before);
	meet(guests, what);
	assert_int_equal(since(&before).undone, 1);
	assert_true(guests[0].ok && guests[2].ok && guests[4].ok);
	assert_string_equal(round_text(&guests[2].round, 0, "text"), "b");
	assert_false(guests[1].ok || guests[3].ok || guests[5].ok);
	assert_string_equal(guests[1].round.sqlstate, "AP404");
	assert_string_equal(guests[1].round.message, "not_found");
	assert_string_equal(guests[3].round.sqlstate, "22012");
	assert_string_equal(guests[5].round.sqlstate, "42703");
	for (size_t i = 0; i < GUESTS; i++)
		assert_false(guests[i].round.lost);
	part(guests);
}

static void are_lost_together(void **state)
{
	const char *const what[GUESTS][2] = {{"one", "a"}, {"ends", NULL}, {"one", "b"},
					     {"one", "c"}, {"one", "d"},   {"one", "e"}};
	struct guest guests[GUESTS];

	(void)state;
	database_pool(1, 2000, 2000);
	meet(guests, what);
	for (size_t i = 0; i < GUESTS; i++) {
		assert_false(guests[i].ok);
		assert_true(guests[i].round.lost);
		assert_int_equal(guests[i].refusal, POOL_OK);
	}
	part(guests);
}

static void are_refused_without_a_connection(void **state)
{
	enum pool_refusal refusal;
	struct guest guests[GUESTS];

	(void)state;
	database_pool(1, 100, 2000);

	struct connection *held = pool_take(&refusal);

	for (size_t i = 0; i < GUESTS; i++)
		enter(&guests[i], "one", "a");
	for (size_t i = 0; i < GUESTS; i++) {
		leave(&guests[i]);
		assert_false(guests[i].ok);
		assert_int_equal(guests[i].refusal, POOL_BUSY);
	}
	pool_give_back(held);
	part(guests);
}

static int statements(void **state)
{
	database_statements(state);
	assert_non_null(statement_define(fixture_memory, "reset", "reset all"));
	assert_non_null(statement_define(fixture_memory, "txid",
					 "select pg_current_xact_id()::text as id, :a as a"));
	assert_non_null(statement_define(fixture_memory, "set",
					 "select set_config('app.test', :a, true) as setting"));
	assert_non_null(statement_define(fixture_memory, "read",
					 "select current_setting('app.test', true) as setting, "
					 ":a as a"));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(go_together),
		cmocka_unit_test(leave_nothing_behind),
		cmocka_unit_test(fail_alone),
		cmocka_unit_test(are_lost_together),
		cmocka_unit_test(are_refused_without_a_connection),
	};

	share_start(1);
	return cmocka_run_group_tests(tests, statements, database_forget);
}
