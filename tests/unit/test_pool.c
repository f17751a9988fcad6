/* db/pool: lent to the oldest waiter, bounded in number and time, healed after a loss. */
#include "database_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static void lends_and_takes_back(void **state)
{
	enum pool_refusal refusal;
	struct pool_counters n;

	(void)state;
	database_pool(2, 50, 1000);
	assert_int_equal(pool_statement_ms(), 1000);

	struct connection *a = pool_take(&refusal), *b = pool_take(&refusal);

	assert_non_null(a);
	assert_non_null(b);
	assert_ptr_not_equal(a, b);
	assert_int_equal(PQstatus(a->pg), CONNECTION_OK);
	assert_int_equal(PQpipelineStatus(a->pg), PQ_PIPELINE_ON);
	pool_count(&n);
	assert_int_equal(n.idle, 0);
	pool_give_back(a);
	/* the warm one first */
	assert_ptr_equal(pool_take(&refusal), a);
	pool_give_back(a);
	pool_give_back(b);
	pool_count(&n);
	assert_int_equal(n.size, 2);
	assert_int_equal(n.idle, 2);
	assert_int_equal(n.taken, 3);
	pool_stop();
}

static void gives_up_after_the_limit(void **state)
{
	enum pool_refusal refusal;
	struct pool_counters before, after;

	(void)state;
	database_pool(1, 120, 1000);
	pool_count(&before);

	struct connection *a = pool_take(&refusal);
	int64_t began = clock_monotonic_us();

	assert_null(pool_take(&refusal));
	assert_int_equal(refusal, POOL_BUSY);
	assert_in_range(clock_monotonic_us() - began, 119000, 1000000);
	pool_count(&after);
	assert_int_equal(after.exhausted, before.exhausted + 1);
	assert_int_equal(after.waiting, 0);
	pool_give_back(a);
	a = pool_take(&refusal);
	assert_non_null(a);
	pool_give_back(a);
	pool_stop();
}

static void terminate(int backend)
{
	PGconn *other = PQconnectdb(getenv("TEST_SERVICE_URL"));
	char sql[80];

	snprintf(sql, sizeof(sql), "select pg_terminate_backend(%d, 5000)", backend);
	PQclear(PQexec(other, sql));
	PQfinish(other);
}

static void lends_none_that_ended_meanwhile(void **state)
{
	enum pool_refusal refusal;

	(void)state;
	database_pool(1, 1000, 1000);

	struct connection *c = pool_take(&refusal);
	int backend = PQbackendPID(c->pg);

	pool_give_back(c);
	terminate(backend);
	c = pool_take(&refusal);
	assert_non_null(c);
	assert_int_not_equal(PQbackendPID(c->pg), backend);
	assert_int_equal(PQstatus(c->pg), CONNECTION_OK);
	pool_give_back(c);
	pool_stop();
}

enum { WAITERS = 6 };

static atomic_int turn;

static void *wait_in_line(void *order)
{
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);

	if (c == NULL)
		return NULL;
	*(int *)order = atomic_fetch_add(&turn, 1);
	pool_give_back(c);
	return order;
}

static void the_oldest_waiter_is_served_first(void **state)
{
	enum pool_refusal refusal;
	pthread_t threads[WAITERS];
	int orders[WAITERS];
	struct pool_counters n;

	(void)state;
	database_pool(1, 5000, 1000);

	struct connection *c = pool_take(&refusal);

	for (size_t i = 0; i < WAITERS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, wait_in_line, &orders[i]), 0);
		do {
			usleep(1000);
			pool_count(&n);
		} while (n.waiting <= i);
	}
	pool_give_back(c);
	for (int i = 0; i < WAITERS; i++) {
		void *served = NULL;

		pthread_join(threads[i], &served);
		assert_non_null(served);
		assert_int_equal(orders[i], i);
	}
	pool_stop();
}

static void *take_often(void *failures)
{
	enum pool_refusal refusal;

	for (int i = 0; i < 200; i++) {
		struct connection *c = pool_take(&refusal);

		if (c == NULL)
			atomic_fetch_add((atomic_int *)failures, 1);
		else
			pool_give_back(c);
	}
	return NULL;
}

static void survives_a_crowd(void **state)
{
	pthread_t threads[16];
	atomic_int failures = 0;
	struct pool_counters n;

	(void)state;
	database_pool(3, 5000, 1000);
	for (int i = 0; i < 16; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_often, &failures), 0);
	for (int i = 0; i < 16; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(failures, 0);
	pool_count(&n);
	assert_int_equal(n.idle, 3);
	assert_int_equal(n.waiting, 0);
	pool_stop();
}

static void a_broken_one_is_opened_anew(void **state)
{
	enum pool_refusal refusal;

	(void)state;
	database_pool(1, 50, 1000);

	struct connection *c = pool_take(&refusal);
	int first = PQbackendPID(c->pg);

	c->prepared[0] = 1;
	c->broken = true;
	pool_give_back(c);
	c = pool_take(&refusal);
	assert_non_null(c);
	assert_false(c->broken);
	assert_int_equal(c->prepared[0], 0);
	assert_int_not_equal(PQbackendPID(c->pg), first);
	pool_give_back(c);
	pool_stop();
}

static void without_a_database_it_says_so(void **state)
{
	const struct pool_settings nowhere = {.url = "postgresql:///x?host=/nonexistent",
					      .size = 1,
					      .wait_ms = 50,
					      .connect_s = 2};
	enum pool_refusal refusal;
	struct pool_counters n;

	(void)state;
	assert_true(pool_start(&nowhere));
	for (int i = 0; i < 3; i++) {
		assert_null(pool_take(&refusal));
		assert_int_equal(refusal, POOL_NO_DATABASE);
	}
	pool_count(&n);
	assert_int_equal(n.idle, 1);
	assert_null(pool_open_own());
	pool_close_own(NULL);
	pool_stop();
}

static void a_thread_may_keep_one(void **state)
{
	(void)state;
	database_pool(1, 50, 1000);

	struct connection *own = pool_open_own();

	assert_non_null(own);
	assert_int_equal(PQstatus(own->pg), CONNECTION_OK);
	pool_close_own(own);
	pool_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lends_and_takes_back),
		cmocka_unit_test(lends_none_that_ended_meanwhile),
		cmocka_unit_test(gives_up_after_the_limit),
		cmocka_unit_test(the_oldest_waiter_is_served_first),
		cmocka_unit_test(survives_a_crowd),
		cmocka_unit_test(a_broken_one_is_opened_anew),
		cmocka_unit_test(without_a_database_it_says_so),
		cmocka_unit_test(a_thread_may_keep_one),
	};

	return cmocka_run_group_tests_name("pool", tests, database_statements, database_forget);
}
