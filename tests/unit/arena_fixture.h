#ifndef TESTS_ARENA_FIXTURE_H
#define TESTS_ARENA_FIXTURE_H

/* One arena for a whole group of tests: arena_begin() and arena_end() as its setup and teardown. */
#include "cmocka_all.h"

#include "base/arena.h"

static struct arena *arena;

static inline int arena_begin(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return 0;
}

static inline int arena_end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#endif
