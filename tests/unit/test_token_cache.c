/* The cache of verified tokens: expiry, clearing, bounds, and values that outlive it. */
#include "cmocka_all.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "auth/token_cache.h"

static void *block(int n)
{
	int *value = token_cache_block(sizeof(*value));

	*value = n;
	return value;
}

/* Puts and gives the caller's count back at once. */
static void put(struct token_cache *c, const char *token, int n, int64_t expires_at)
{
	struct token_mark mark;
	void *value = block(n);

	token_cache_give_back(token_cache_get(c, token, 0, &mark));
	token_cache_put(c, &mark, value, expires_at);
	token_cache_give_back(value);
}

/* The number kept for the token, or -1. */
static int get(struct token_cache *c, const char *token, int64_t now)
{
	struct token_mark mark;
	int *value = token_cache_get(c, token, now, &mark), n = value == NULL ? -1 : *value;

	token_cache_give_back(value);
	return n;
}

static void test_keeps_until_expiry(void **state)
{
	struct token_cache *c = token_cache_new();

	(void)state;
	assert_int_equal(get(c, "a", 1), -1);
	put(c, "a", 1, 100);
	put(c, "b", 2, 200);
	assert_int_equal(get(c, "a", 99), 1);
	assert_int_equal(get(c, "b", 99), 2);
	assert_int_equal(get(c, "a", 100), -1);
	assert_int_equal(get(c, "a", 50), -1); /* gone, not only hidden */
	assert_int_equal(get(c, "b", 100), 2);
	assert_int_equal(get(c, "A", 1), -1);
	put(c, "b", 3, 200);
	assert_int_equal(get(c, "b", 100), 3);
	token_cache_free(c);
}

static void test_clear(void **state)
{
	struct token_cache *c = token_cache_new();
	struct token_mark before, after;
	int *lent, *late = block(9);

	(void)state;
	put(c, "a", 1, 100);
	lent = token_cache_get(c, "a", 1, &before);
	assert_null(token_cache_get(c, "late", 1, &before));
	token_cache_clear(c);
	assert_int_equal(get(c, "a", 1), -1);
	assert_int_equal(*lent, 1);
	/* verified by keys that a clear has since withdrawn */
	token_cache_put(c, &before, late, 100);
	assert_int_equal(get(c, "late", 1), -1);
	assert_null(token_cache_get(c, "late", 1, &after));
	token_cache_put(c, &after, late, 100);
	assert_int_equal(get(c, "late", 1), 9);
	token_cache_give_back(late);
	token_cache_free(c);
	assert_int_equal(*lent, 1);
	token_cache_give_back(lent);
	token_cache_give_back(NULL);
}

static void test_is_bounded(void **state)
{
	enum { TOKENS = 3 * TOKEN_CACHE_ENTRIES };
	struct token_cache *c = token_cache_new();
	char token[32];
	int kept = 0;

	(void)state;
	for (int i = 0; i < TOKENS; i++) {
		snprintf(token, sizeof(token), "token %d", i);
		put(c, token, i, 100);
		put(c, "used often", -7, 100);
	}
	for (int i = 0; i < TOKENS; i++) {
		int n;

		snprintf(token, sizeof(token), "token %d", i);
		n = get(c, token, 1);
		assert_true(n == i || n == -1);
		kept += n == i;
	}
	assert_in_range(kept, TOKEN_CACHE_ENTRIES / 2, TOKEN_CACHE_ENTRIES);
	assert_int_equal(get(c, "used often", 1), -7);
	token_cache_free(c);
}

static struct token_cache *shared;
static atomic_bool wrong;

static void *hammer(void *seed)
{
	unsigned x = (unsigned)(uintptr_t)seed;
	char token[32];

	for (int i = 0; i < 20000; i++) {
		struct token_mark mark;
		int n, *value;

		x = x * 1103515245u + 12345u;
		n = (int)(x >> 16 & 63);
		snprintf(token, sizeof(token), "token %d", n);
		value = token_cache_get(shared, token, i % 7, &mark);
		if (value == NULL) {
			value = block(n);
			token_cache_put(shared, &mark, value, 3 + n % 5);
		}
		if (*value != n)
			atomic_store(&wrong, true);
		token_cache_give_back(value);
		if (i % 997 == 0)
			token_cache_clear(shared);
	}
	return NULL;
}

static void test_threads(void **state)
{
	enum { THREADS = 8 };
	pthread_t threads[THREADS];

	(void)state;
	shared = token_cache_new();
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, hammer, (void *)(uintptr_t)(i + 1));
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_false(atomic_load(&wrong));
	token_cache_free(shared);
	token_cache_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps_until_expiry),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_is_bounded),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
