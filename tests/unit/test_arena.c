/* base/arena: what it hands out, in which order it lets go, and that it dies at its limit. */
#include "cmocka_all.h"

#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static void hands_out_zeroed_aligned_memory(void **state)
{
	static const size_t sizes[] = {0,     1,     15,    16,	    17,	    100,    32767,
				       32768, 32769, 40000, 262144, 262145, 600000, 3};
	struct arena *a = arena_new(64 << 20);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *p = arena_alloc(a, sizes[i]);

			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xa5, sizes[i]);
		}
		assert_true(arena_used(a) > 600000);
		arena_clear(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(a);
	arena_free(NULL);
}

static void lends_the_last_that_was_put_back(void **state)
{
	struct arena *a = arena_borrow(64), *b = arena_borrow(64);

	(void)state;
	assert_ptr_not_equal(a, b);
	arena_alloc(a, 10);
	arena_put_back(b);
	arena_put_back(a);
	arena_put_back(NULL);
	assert_ptr_equal(arena_borrow(128), a);
	assert_int_equal(arena_used(a), 0);
	arena_alloc(a, 100); /* the new limit holds */
	assert_ptr_equal(arena_borrow(64), b);
	arena_free(a);
	arena_free(b);
}

static void copies_and_prints(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	assert_string_equal(arena_copy(a, "abcdef", 3), "abc");
	assert_string_equal(arena_copy(a, "abcdef", 0), "");
	assert_string_equal(arena_copy(a, NULL, 0), "");
	assert_memory_equal(arena_copy(a, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_dup(a, "whole"), "whole");
	assert_null(arena_dup(a, NULL));
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_printf(a, "%s", ""), "");

	char *wide = arena_printf(a, "%100000d", 1);

	assert_int_equal(strlen(wide), 100000);
	arena_free(a);
}

static char released[8];

static void note_release(void *object)
{
	size_t n = strlen(released);

	released[n] = *(const char *)object;
	released[n + 1] = '\0';
}

static void lets_go_newest_first(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char names[] = "abc";

	(void)state;
	released[0] = '\0';
	for (size_t i = 0; i < 3; i++)
		arena_adopt(a, note_release, &names[i]);
	assert_string_equal(released, "");
	arena_clear(a);
	assert_string_equal(released, "cba");
	arena_clear(a);
	assert_string_equal(released, "cba");
	arena_adopt(a, note_release, &names[0]);
	arena_free(a);
	assert_string_equal(released, "cbaa");
}

/* Whether taking `first` and then `second` bytes of a small arena ends the process by abort(). */
static bool dies(size_t first, size_t second)
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit no_core = {0, 0};

		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);

		struct arena *a = arena_new(1000);

		arena_alloc(a, first);
		arena_alloc(a, second);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void dies_at_its_limit(void **state)
{
	(void)state;
	assert_false(dies(1, 1));
	assert_false(dies(496, 496));
	assert_true(dies(496, 512));
	assert_true(dies(1001, 1));
	assert_true(dies(1, 1000));
	/* sizes that wrap around must not look small */
	assert_true(dies(1, SIZE_MAX));
	assert_true(dies(1, SIZE_MAX - 14));
	assert_true(dies(1, SIZE_MAX - 15));
	assert_true(dies(1, SIZE_MAX - 31));
	assert_true(dies(1, SIZE_MAX - 63));
}

static void its_limit_counts_from_the_clear(void **state)
{
	struct arena *a = arena_new(1000);

	(void)state;
	for (int i = 0; i < 10; i++) {
		arena_alloc(a, 900);
		arena_clear(a);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_zeroed_aligned_memory),
		cmocka_unit_test(lends_the_last_that_was_put_back),
		cmocka_unit_test(copies_and_prints),
		cmocka_unit_test(lets_go_newest_first),
		cmocka_unit_test(dies_at_its_limit),
		cmocka_unit_test(its_limit_counts_from_the_clear),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
