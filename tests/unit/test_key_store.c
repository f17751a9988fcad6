/* When key sets are fetched, by a clock that the test moves. */
#include "cmocka_all.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "auth/key_store.h"

static int64_t now;
static struct key_store *store;
static struct key_errand errand;

static int64_t fake_now(void)
{
	return now;
}

static const struct key_source source = {.id = "i",
					 .issuer = "https://i",
					 .url = "https://i/keys",
					 .refresh_s = 600,
					 .min_refetch_s = 60,
					 .stale_ok_s = 3600};

static json_t *name_source(const struct key_source *s)
{
	json_t *keys;

	key_store_begin(store);
	keys = key_store_follow(store, s);
	key_store_end(store);
	return keys;
}

static bool has_keys(void)
{
	json_t *keys = name_source(&source);
	bool has = keys != NULL;

	json_decref(keys);
	return has;
}

static int start(void **state)
{
	(void)state;
	now = 1000;
	store = key_store_new(fake_now);
	assert_false(has_keys());
	return 0;
}

static int stop(void **state)
{
	(void)state;
	key_store_free(store);
	return 0;
}

static bool take(const char *text, int64_t max_age_s)
{
	const struct key_answer set = {
		.text = text, .size = strlen(text), .etag = "\"e\"", .max_age_s = max_age_s};
	bool changed;

	assert_null(key_store_take(store, &errand, &set, &changed));
	key_store_done(store, &errand);
	return changed;
}

/* Nothing is due: the thread would wait, which is seen by stopping it. */
static void *stop_soon(void *unused)
{
	(void)unused;
	usleep(20000);
	key_store_stop(store);
	return NULL;
}

static void expect_quiet(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, stop_soon, NULL);
	assert_int_equal(key_store_next(store, &errand), KEY_STOP);
	pthread_join(thread, NULL);
}

static void is_fetched_at_once_and_then_by_the_clock(void **state)
{
	(void)state;
	assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
	assert_string_equal(errand.url, "https://i/keys");
	assert_string_equal(errand.issuer, "https://i");
	assert_string_equal(errand.etag, "");
	assert_true(take("{\"keys\":[]}", -1));
	assert_true(has_keys());
	now += 600;
	assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
	assert_string_equal(errand.etag, "\"e\"");
	key_store_same(store, &errand, -1);
	key_store_done(store, &errand);
	now += 599;
	expect_quiet();
}

static void tells_whether_it_has_changed(void **state)
{
	(void)state;
	key_store_next(store, &errand);
	assert_true(take("{\"keys\":[]}", 1));
	now += 60; /* the answer said one second, the pause is longer */
	key_store_next(store, &errand);
	assert_false(take("{ \"keys\" : [] }", 120));
	now += 120;
	key_store_next(store, &errand);
	assert_true(take("{\"keys\":[{}]}", -1));
	expect_quiet();
}

static void backs_off_and_expires(void **state)
{
	static const int pauses[] = {60, 120, 240, 480, 480, 480};

	(void)state;
	key_store_next(store, &errand);
	take("{\"keys\":[]}", -1);
	now += 600;
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
		key_store_failed(store, &errand);
		key_store_done(store, &errand);
		assert_true(has_keys());
		/* nobody has it fetched earlier */
		assert_false(key_store_want(store, "i", 0));
		now += pauses[i];
	}
	now = 1000 + 600 + 3600;
	assert_int_equal(key_store_next(store, &errand), KEY_EXPIRED);
	assert_false(has_keys());
	assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
	assert_string_equal(errand.etag, "");
}

static void another_address_is_another_set(void **state)
{
	const struct key_answer late = {
		.text = "{\"keys\":[]}", .size = 11, .etag = "", .max_age_s = -1};
	struct key_source moved = source;
	bool changed;

	(void)state;
	key_store_next(store, &errand);
	moved.url = "https://i/elsewhere";
	assert_null(name_source(&moved));
	/* what the old errand brings is not the new address's */
	assert_null(key_store_take(store, &errand, &late, &changed));
	assert_false(changed);
	assert_null(name_source(&moved));
	assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
	assert_string_equal(errand.url, "https://i/elsewhere");
	/* not named any more: gone, and the errand ends in nothing */
	key_store_begin(store);
	key_store_end(store);
	key_store_failed(store, &errand);
	key_store_done(store, &errand);
	assert_false(key_store_want(store, "i", 0));
	expect_quiet();
}

static void *answer_one(void *unused)
{
	(void)unused;
	if (key_store_next(store, &errand) == KEY_FETCH)
		take("{\"keys\":[]}", -1);
	return NULL;
}

static void a_request_waits_for_one_answer(void **state)
{
	pthread_t thread;

	(void)state;
	key_store_next(store, &errand);
	take("{\"keys\":[]}", -1);
	assert_false(key_store_want(store, "i", 1000)); /* too soon: nobody waits */
	assert_false(key_store_want(store, "unknown", 1000));
	now += 60;
	pthread_create(&thread, NULL, answer_one, NULL);
	assert_true(key_store_want(store, "i", 5000));
	pthread_join(thread, NULL);
	now += 60;
	assert_false(key_store_want(store, "i", 20)); /* nobody answers */
	assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
	key_store_done(store, &errand);
	key_store_want_all(store);
	assert_int_equal(key_store_next(store, &errand), KEY_FETCH);
}

static void no_store_has_no_keys(void **state)
{
	(void)state;
	key_store_begin(NULL);
	assert_null(key_store_follow(NULL, &source));
	key_store_end(NULL);
	assert_false(key_store_want(NULL, "i", 1000));
	key_store_free(NULL);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(is_fetched_at_once_and_then_by_the_clock),
		WITH_STORE(tells_whether_it_has_changed),
		WITH_STORE(backs_off_and_expires),
		WITH_STORE(another_address_is_another_set),
		WITH_STORE(a_request_waits_for_one_answer),
		cmocka_unit_test(no_store_has_no_keys),
	};

	return cmocka_run_group_tests_name("key_store", tests, NULL, NULL);
}
