/* base/line: who has waited longest is served first, and whoever gives up is no longer there. */
#include "cmocka_all.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/line.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct line line;
static char prize[8];

static void *wait_long(void *brings)
{
	pthread_mutex_lock(&lock);
	return line_wait(&line, &lock, brings, 20000);
}

static void wait_until_there(size_t count)
{
	for (size_t waiting = 0; waiting != count; usleep(200)) {
		pthread_mutex_lock(&lock);
		waiting = line.waiting;
		pthread_mutex_unlock(&lock);
	}
}

static struct place *take(void *given)
{
	pthread_mutex_lock(&lock);

	struct place *p = line_take_first(&line, given);

	pthread_mutex_unlock(&lock);
	return p;
}

static void serves_the_oldest(void **state)
{
	enum { COUNT = 5 };
	pthread_t threads[COUNT];
	char brings[COUNT];
	void *got;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, wait_long, &brings[i]), 0);
		wait_until_there(i + 1);
	}
	for (size_t i = 0; i < COUNT; i++) {
		struct place *p = take(&prize[i]);

		assert_non_null(p);
		assert_ptr_equal(p->brings, &brings[i]);
		line_wake(p);
		pthread_join(threads[i], &got);
		assert_ptr_equal(got, &prize[i]);
	}
	assert_null(take(prize));
	assert_int_equal(line.waited, COUNT);
}

static void gives_up_in_time(void **state)
{
	int64_t began = clock_monotonic_us();

	(void)state;
	pthread_mutex_lock(&lock);
	assert_null(line_wait(&line, &lock, NULL, 50));
	assert_in_range(clock_monotonic_us() - began, 49000, 1000000);
	assert_int_equal(line.waiting, 0);
	assert_null(take(prize));
}

static void *wait_briefly(void *brings)
{
	pthread_mutex_lock(&lock);
	return line_wait(&line, &lock, brings, 100);
}

/* Taken out of the line, they stay for what they were promised, though their time is over. */
static void waits_for_what_was_promised(void **state)
{
	pthread_t thread;
	void *got;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wait_briefly, NULL), 0);
	wait_until_there(1);

	struct place *p = take(prize);

	assert_non_null(p);
	usleep(250000);
	line_wake(p);
	pthread_join(thread, &got);
	assert_ptr_equal(got, prize);
	/* and the next wait of a thread does not find the old wake */
	gives_up_in_time(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_the_oldest),
		cmocka_unit_test(gives_up_in_time),
		cmocka_unit_test(waits_for_what_was_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
