/* domain/bucket: what flows out, what flows back, and who must wait how long. */
#include "cmocka_all.h"

#include "domain/bucket.h"

static const int64_t second = 1000000;
static const struct bucket_rule sixty = {.size = 60, .window_us = 60000000};

static void gives_its_size_at_once_and_then_evenly(void **state)
{
	struct bucket_taken t;
	int64_t full_at = 0, now = 100 * second;

	(void)state;
	for (int i = 1; i <= 60; i++) {
		full_at = bucket_take(&sixty, full_at, now, 1, &t);
		assert_true(t.granted);
		assert_int_equal(t.left, 60 - i);
		assert_int_equal(t.full_us, i * second);
	}
	assert_int_equal(bucket_take(&sixty, full_at, now, 1, &t), full_at);
	assert_false(t.granted);
	assert_int_equal(t.left, 0);
	assert_int_equal(t.wait_us, second);
	full_at = bucket_take(&sixty, full_at, now + second, 1, &t);
	assert_true(t.granted);
	bucket_take(&sixty, full_at, now + second, 1, &t);
	assert_false(t.granted);
}

static void weighs_by_cost(void **state)
{
	struct bucket_taken t;
	int64_t full_at = bucket_take(&sixty, 0, 0, 50, &t);

	(void)state;
	assert_int_equal(t.left, 10);
	bucket_take(&sixty, full_at, 0, 11, &t);
	assert_false(t.granted);
	assert_int_equal(t.wait_us, second);
	bucket_take(&sixty, full_at, 0, 10, &t);
	assert_true(t.granted);
	assert_int_equal(t.left, 0);
}

static void lets_what_costs_more_than_all_empty_it(void **state)
{
	struct bucket_taken t;
	int64_t full_at = bucket_take(&sixty, 0, 0, 1000, &t);

	(void)state;
	assert_true(t.granted);
	assert_int_equal(full_at, 60 * second);
	bucket_take(&sixty, full_at, second, 1000, &t);
	assert_int_equal(t.wait_us, 59 * second);
}

static void asks_without_taking(void **state)
{
	struct bucket_taken t;

	(void)state;
	assert_int_equal(bucket_take(&sixty, 90 * second, 60 * second, 0, &t), 90 * second);
	assert_true(t.granted);
	assert_int_equal(t.left, 30);
	/* one that is emptier than the rule knows, since the rule got stricter, has nothing */
	bucket_take(&sixty, 200 * second, 60 * second, 0, &t);
	assert_false(t.granted);
	assert_int_equal(t.left, 0);
	assert_int_equal(t.wait_us, 80 * second);
}

static void counts_whole_units_where_time_does_not_divide(void **state)
{
	const struct bucket_rule seven = {.size = 7, .window_us = 60000000};
	struct bucket_taken t;
	int64_t full_at = 0;

	(void)state;
	for (int left = 6; left >= 0; left--) {
		full_at = bucket_take(&seven, full_at, 1, 1, &t);
		assert_true(t.granted);
		assert_int_equal(t.left, left);
	}
	bucket_take(&seven, full_at, 1, 1, &t);
	assert_false(t.granted);
}

static void holds_its_largest_numbers(void **state)
{
	const struct bucket_rule most = {BUCKET_SIZE_MAX, BUCKET_WINDOW_MAX_US};
	struct bucket_taken t;

	(void)state;
	bucket_take(&most, 0, 0, BUCKET_SIZE_MAX / 2, &t);
	assert_true(t.granted);
	assert_int_equal(t.left, BUCKET_SIZE_MAX / 2);
	assert_int_equal(bucket_time(&most, BUCKET_SIZE_MAX), BUCKET_WINDOW_MAX_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_its_size_at_once_and_then_evenly),
		cmocka_unit_test(weighs_by_cost),
		cmocka_unit_test(lets_what_costs_more_than_all_empty_it),
		cmocka_unit_test(asks_without_taking),
		cmocka_unit_test(counts_whole_units_where_time_does_not_divide),
		cmocka_unit_test(holds_its_largest_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
