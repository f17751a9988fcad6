/* Keeps the registered web origins as one text. */
#include "api/origins.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "db/round.h"

enum { MEMORY = 16 * 1024 * 1024 };

static struct {
	pthread_rwlock_t lock;
	struct arena *arena; /* of the list */
	const char *list;
} known = {.lock = PTHREAD_RWLOCK_INITIALIZER};

bool origins_listed(const char *list, const char *origin)
{
	size_t len = strlen(origin);

	if (list == NULL || len == 0 || strchr(origin, ' ') != NULL)
		return false;
	for (const char *at = strstr(list, origin); at != NULL; at = strstr(at + len, origin))
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/* The list in the arena's memory, or NULL when the database does not tell. */
static const char *read_list(struct arena *a)
{
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);
	const char *list = NULL, *text;
	struct round round;

	if (c == NULL)
		return NULL;
	round_init(&round, c, a);
	round_add(&round, statement_find("origins"), NULL);
	if (round_run(&round)) {
		text = round_text(&round, 0, "origins");
		list = arena_dup(a, text == NULL ? "" : text);
	}
	pool_give_back(c);
	return list;
}

static void replace(struct arena *arena, const char *list)
{
	pthread_rwlock_wrlock(&known.lock);

	struct arena *old = known.arena;

	known.arena = arena;
	known.list = list;
	pthread_rwlock_unlock(&known.lock);
	arena_free(old);
}

void origins_reload(void)
{
	struct arena *a = arena_new(MEMORY);
	const char *list = read_list(a);

	if (list != NULL)
		replace(a, list);
	else
		arena_free(a);
}

void origins_stop(void)
{
	replace(NULL, NULL);
}

static bool is_known(const char *origin)
{
	pthread_rwlock_rdlock(&known.lock);

	bool yes = origins_listed(known.list, origin);

	pthread_rwlock_unlock(&known.lock);
	return yes;
}

bool origins_known(const char *origin)
{
	static _Atomic int64_t due_us;
	int64_t now_us = clock_monotonic_us(), due = due_us;

	if (is_known(origin))
		return true;
	if (now_us < due || !atomic_compare_exchange_strong(&due_us, &due, now_us + 1000000))
		return false;
	origins_reload();
	return is_known(origin);
}
