/* api/news: who waits is woken by what was placed, by the time, or by the end. */
#include "cmocka_all.h"

#include <pthread.h>

#include "api/news.h"
#include "base/clock.h"

static int64_t in_ms(int64_t ms)
{
	return clock_monotonic_us() + ms * 1000;
}

static void finds_what_is_there(void **state)
{
	(void)state;
	assert_int_equal(news_wait(0, in_ms(1)), NEWS_TIME_OUT);
	assert_true(news_publish(7));
	assert_int_equal(news_wait(6, in_ms(1)), NEWS_THERE);
	assert_int_equal(news_wait(7, in_ms(1)), NEWS_TIME_OUT);
	assert_false(news_publish(3)); /* another daemon's older look */
	assert_int_equal(news_wait(6, in_ms(1)), NEWS_THERE);
}

static void *publish_later(void *unused)
{
	(void)unused;
	nanosleep(&(struct timespec){0, 20000000}, NULL);
	news_publish(8);
	return NULL;
}

static void is_woken(void **state)
{
	pthread_t thread;
	int64_t begun = clock_monotonic_us();

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, publish_later, NULL), 0);
	assert_int_equal(news_wait(7, in_ms(5000)), NEWS_THERE);
	assert_true(clock_monotonic_us() - begun < 3000000);
	pthread_join(thread, NULL);
}

static void counts_readers(void **state)
{
	struct news_reader readers[] = {{.kind = NEWS_POLLS, .group = "a"},
					{.kind = NEWS_POLLS, .group = "b"},
					{.kind = NEWS_POLLS, .group = "c"}};

	(void)state;
	assert_int_equal(news_enter(&readers[0]), NEWS_GROUP_FULL);
	news_limit(NEWS_POLLS, 2, 2);
	assert_int_equal(news_enter(&readers[0]), NEWS_ENTERED);
	assert_int_equal(news_enter(&readers[1]), NEWS_ENTERED);
	assert_int_equal(news_enter(&readers[2]), NEWS_FULL);
	news_leave(&readers[0]);
	assert_int_equal(news_enter(&readers[2]), NEWS_ENTERED);
	news_leave(&readers[1]);
	news_leave(&readers[2]);
}

static void counts_those_of_one_group(void **state)
{
	struct news_reader readers[] = {{.kind = NEWS_STREAMS, .group = "a"},
					{.kind = NEWS_STREAMS, .group = "a"},
					{.kind = NEWS_STREAMS, .group = "b"},
					{.kind = NEWS_POLLS, .group = "a"}};

	(void)state;
	news_limit(NEWS_STREAMS, 3, 1);
	news_limit(NEWS_POLLS, 2, 1);
	assert_int_equal(news_enter(&readers[0]), NEWS_ENTERED);
	assert_int_equal(news_enter(&readers[1]), NEWS_GROUP_FULL);
	assert_int_equal(news_enter(&readers[2]), NEWS_ENTERED);
	assert_int_equal(news_enter(&readers[3]), NEWS_ENTERED);
	news_leave(&readers[0]);
	assert_int_equal(news_enter(&readers[1]), NEWS_ENTERED);
	for (int i = 1; i < 4; i++)
		news_leave(&readers[i]);
}

static void wakes_the_sequencer_for_somebody(void **state)
{
	struct news_reader reader = {.kind = NEWS_POLLS, .group = "a"};
	int64_t begun = clock_monotonic_us();

	(void)state;
	news_written(); /* nobody waits: looked for later */
	assert_true(news_wait_written(1, 30));
	assert_true(clock_monotonic_us() - begun >= 30000);
	assert_int_equal(news_enter(&reader), NEWS_ENTERED);
	news_written();
	begun = clock_monotonic_us();
	assert_true(news_wait_written(5000, 5000));
	assert_true(clock_monotonic_us() - begun < 3000000);
	begun = clock_monotonic_us();
	assert_true(news_wait_written(20, 5000)); /* somebody waits: soon */
	assert_true(clock_monotonic_us() - begun < 3000000);
	news_leave(&reader);
}

static void ends(void **state)
{
	(void)state;
	news_stop();
	assert_int_equal(news_wait(1000, in_ms(5000)), NEWS_STOPPING);
	assert_int_equal(news_wait(0, in_ms(5000)), NEWS_STOPPING);
	assert_false(news_wait_written(5000, 5000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_there),
		cmocka_unit_test(is_woken),
		cmocka_unit_test(counts_readers),
		cmocka_unit_test(counts_those_of_one_group),
		cmocka_unit_test(wakes_the_sequencer_for_somebody),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests_name("news", tests, NULL, NULL);
}
