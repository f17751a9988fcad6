#ifndef TESTS_DATABASE_FIXTURE_H
#define TESTS_DATABASE_FIXTURE_H

/*
 * For tests that need PostgreSQL: TEST_SERVICE_URL, which tests/run.sh gives. Without it they are
 * skipped, as by a bare `make unit`.
 */
#include "cmocka_all.h"

#include <stdlib.h>

#include "db/pool.h"
#include "db/statement.h"

static struct arena *fixture_memory;

/* As a group setup, before the pool: statements of the test itself. */
static inline int database_statements(void **state)
{
	static const char *const list[][2] = {
		{"one", "select 1 as n, :a as text"},
		{"begin", "begin"},
		{"commit", "commit"},
		{"rollback", "rollback"},
		{"fails", "select 1/0"},
		{"bad", "select no_such_column"},
		{"nothing", "select 1 where false"},
		{"slow", "select pg_sleep(:a::float)"},
		{"refuses", "do $$ begin raise exception 'not_found' using errcode = 'AP404', "
			    "detail = '{\"x\":1}'; end $$"},
		{"ends", "select pg_terminate_backend(pg_backend_pid())"},
		{"many", "select :p1 as a, :p2 as b, :p3, :p4, :p5, :p6, :p7, :p8, :p9, :p10 as j, "
			 ":p11 as k"},
	};

	(void)state;
	fixture_memory = arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		assert_non_null(statement_define(fixture_memory, list[i][0], list[i][1]));
	return 0;
}

static inline int database_forget(void **state)
{
	(void)state;
	arena_free(fixture_memory);
	return 0;
}

/* A pool of that size, or the test is skipped. Under valgrind the first connection takes its time.
 */
static inline void database_pool(size_t size, int64_t wait_ms, int64_t statement_ms)
{
	const char *url = getenv("TEST_SERVICE_URL");
	const struct pool_settings settings = {.url = url,
					       .size = size,
					       .wait_ms = wait_ms,
					       .connect_s = getenv("TEST_WRAPPER") ? 30 : 2,
					       .statement_ms = statement_ms};

	if (url == NULL)
		skip();
	assert_true(pool_start(&settings));
}

#endif
