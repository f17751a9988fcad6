/* db/round: one pipeline is one transaction, and whatever fails leaves the connection in step. */
#include "database_fixture.h"

#include <string.h>

#include "base/clock.h"
#include "db/round.h"

static struct connection *connection;
static struct arena *arena;
static struct round round_;

static int start(void **state)
{
	enum pool_refusal refusal;

	(void)state;
	arena = arena_new(1 << 20);
	connection = NULL;
	if (getenv("TEST_SERVICE_URL") == NULL)
		return 0;
	database_pool(1, 100, 400);
	connection = pool_take(&refusal);
	assert_non_null(connection);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	/* results go before their connection */
	arena_free(arena);
	if (connection == NULL)
		return 0;
	pool_give_back(connection);
	pool_stop();
	return 0;
}

static void begin(void)
{
	if (connection == NULL)
		skip();
	round_init(&round_, connection, arena);
}

static size_t add(const char *name, const char *a)
{
	const char **values = arena_alloc(arena, sizeof(*values));

	values[0] = a;
	return round_add(&round_, statement_find(name), values);
}

static void runs_several_in_one(void **state)
{
	(void)state;
	for (int again = 0; again < 3; again++) {
		begin();

		size_t first = add("one", "x"), second = add("nothing", NULL),
		       third = add("one", NULL);

		assert_true(round_run(&round_));
		assert_string_equal(round_text(&round_, first, "text"), "x");
		assert_string_equal(round_text(&round_, first, "n"), "1");
		assert_null(round_text(&round_, first, "none"));
		assert_int_equal(round_rows(&round_, second), 0);
		assert_null(round_text(&round_, second, "n"));
		assert_null(round_text(&round_, third, "text"));
		assert_int_equal(round_rows(&round_, third), 1);
		assert_string_equal(round_.sqlstate, "");
	}
}

static void values_are_text_and_never_sql(void **state)
{
	(void)state;
	begin();

	size_t step = add("one", "'; drop table x; -- \\ \xc3\xa6");

	assert_true(round_run(&round_));
	assert_string_equal(round_text(&round_, step, "text"), "'; drop table x; -- \\ \xc3\xa6");
}

static void takes_more_than_nine_parameters(void **state)
{
	static const char *const values[] = {"1", "2", "3", "4",  "5", "6",
					     "7", "8", "9", "10", "11"};

	(void)state;
	begin();

	size_t step = round_add(&round_, statement_find("many"), values);

	assert_true(round_run(&round_));
	assert_string_equal(round_text(&round_, step, "a"), "1");
	assert_string_equal(round_text(&round_, step, "j"), "10");
	assert_string_equal(round_text(&round_, step, "k"), "11");
}

static void a_failure_names_its_step(void **state)
{
	static const struct {
		const char *name, *sqlstate;
	} rows[] = {{"fails", "22012"}, {"bad", "42703"}, {"refuses", "AP404"}, {"fails", "22012"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		add("one", "x");
		add(rows[i].name, NULL);
		add("one", "y");
		add("nothing", NULL);
		assert_false(round_run(&round_));
		assert_false(round_.lost);
		assert_int_equal(round_.failed, 1);
		assert_string_equal(round_.sqlstate, rows[i].sqlstate);
		assert_non_null(round_.message);
		/* the connection is in step: the next round runs */
		begin();
		add("one", "z");
		assert_true(round_run(&round_));
		assert_string_equal(round_text(&round_, 0, "text"), "z");
	}
}

static void a_refusal_keeps_message_and_detail(void **state)
{
	(void)state;
	begin();
	add("refuses", NULL);
	assert_false(round_run(&round_));
	assert_string_equal(round_.message, "not_found");
	assert_string_equal(round_.detail, "{\"x\":1}");
	assert_null(round_.constraint);
}

/* Prepared in a round that then failed: not prepared a second time, which would be an error. */
static void what_was_prepared_stays_prepared(void **state)
{
	(void)state;
	begin();
	add("nothing", NULL);
	add("fails", NULL);
	assert_false(round_run(&round_));
	assert_int_equal(connection->prepared[statement_find("nothing")->index], 1);
	begin();
	add("nothing", NULL);
	assert_true(round_run(&round_));
}

/* The same statement twice in the first round that prepares it. */
static void one_statement_may_run_twice(void **state)
{
	(void)state;
	begin();
	assert_int_equal(connection->prepared[statement_find("one")->index], 0);
	add("one", "x");
	add("one", "y");
	assert_true(round_run(&round_));
	assert_string_equal(round_text(&round_, 0, "text"), "x");
	assert_string_equal(round_text(&round_, 1, "text"), "y");
	begin();
	add("one", "z");
	assert_true(round_run(&round_));
}

static void a_transaction_may_span_rounds(void **state)
{
	(void)state;
	begin();
	add("begin", NULL);
	add("one", "x");
	assert_true(round_run(&round_));
	begin();
	add("fails", NULL);
	assert_false(round_run(&round_));
	begin();
	add("rollback", NULL);
	assert_true(round_run(&round_));
	begin();
	add("one", "x");
	assert_true(round_run(&round_));
}

static void a_slow_statement_ends_at_its_limit(void **state)
{
	(void)state;
	begin();
	add("slow", "3");

	int64_t began = clock_monotonic_us();

	assert_false(round_run(&round_));
	assert_in_range(clock_monotonic_us() - began, 300000, 1500000);
	assert_string_equal(round_.sqlstate, "57014");
	assert_false(connection->broken);
	begin();
	add("one", "x");
	assert_true(round_run(&round_));
}

static void a_lost_session_is_noticed(void **state)
{
	(void)state;
	memset(&round_, 0xff, sizeof(round_)); /* as it lies on a stack */
	begin();
	add("ends", NULL);
	add("one", "x");
	assert_false(round_run(&round_));
	assert_true(round_.lost);
	assert_in_range(round_.failed, 0, 1); /* a log line names the statement */
	assert_true(connection->broken);
}

static void prepares_without_running(void **state)
{
	(void)state;
	begin();
	assert_true(round_prepare(&round_, statement_find("many")));
	begin();
	assert_false(round_prepare(&round_, statement_find("bad")));
	assert_non_null(round_.message);
	begin();
	add("one", "x");
	assert_true(round_run(&round_));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(runs_several_in_one, start, stop),
		cmocka_unit_test_setup_teardown(values_are_text_and_never_sql, start, stop),
		cmocka_unit_test_setup_teardown(takes_more_than_nine_parameters, start, stop),
		cmocka_unit_test_setup_teardown(a_failure_names_its_step, start, stop),
		cmocka_unit_test_setup_teardown(a_refusal_keeps_message_and_detail, start, stop),
		cmocka_unit_test_setup_teardown(what_was_prepared_stays_prepared, start, stop),
		cmocka_unit_test_setup_teardown(one_statement_may_run_twice, start, stop),
		cmocka_unit_test_setup_teardown(a_transaction_may_span_rounds, start, stop),
		cmocka_unit_test_setup_teardown(a_slow_statement_ends_at_its_limit, start, stop),
		cmocka_unit_test_setup_teardown(a_lost_session_is_noticed, start, stop),
		cmocka_unit_test_setup_teardown(prepares_without_running, start, stop),
	};

	return cmocka_run_group_tests_name("round", tests, database_statements, database_forget);
}
