/* A table of token buckets, open addressing within a small neighbourhood. */
#include "api/buckets.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

enum { NEAR = 8 /* places where one key may stand */ };

struct place {
	_Atomic uint64_t key; /* 0: never used */
	_Atomic int64_t full_at_us;
};

struct buckets {
	uint64_t mask;
	struct place places[];
};

struct buckets *buckets_new(uint64_t size)
{
	struct buckets *b = calloc(1, sizeof(*b) + size * sizeof(b->places[0]));

	if (b == NULL)
		abort();
	b->mask = size - 1;
	return b;
}

void buckets_free(struct buckets *b)
{
	free(b);
}

/* FNV-1a over the texts and their ends, then a finaliser, so that the low bits are mixed too. */
uint64_t buckets_key(const char *const *texts)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *texts != NULL; texts++)
		for (const char *s = *texts;; s++) {
			h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
			if (*s == '\0')
				break;
		}
	h = (h ^ (h >> 32)) * UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return h == 0 ? 1 : h;
}

static struct place *place_at(struct buckets *b, uint64_t key, uint64_t step)
{
	return &b->places[(key + step) & b->mask];
}

static struct place *find(struct buckets *b, uint64_t key)
{
	for (uint64_t i = 0; i < NEAR; i++) {
		struct place *p = place_at(b, key, i);

		if (atomic_load_explicit(&p->key, memory_order_acquire) == key)
			return p;
	}
	return NULL;
}

/* The place of whoever is full, or will be first; taken over for the key. */
static struct place *claim(struct buckets *b, uint64_t key)
{
	struct place *best = place_at(b, key, 0);

	for (uint64_t i = 1; i < NEAR; i++) {
		struct place *p = place_at(b, key, i);

		if (atomic_load_explicit(&p->full_at_us, memory_order_relaxed) <
		    atomic_load_explicit(&best->full_at_us, memory_order_relaxed))
			best = p;
	}
	atomic_store_explicit(&best->full_at_us, 0, memory_order_relaxed);
	atomic_store_explicit(&best->key, key, memory_order_release);
	return best;
}

static struct place *place_of(struct buckets *b, uint64_t key)
{
	struct place *p = find(b, key);

	return p != NULL ? p : claim(b, key);
}

struct bucket_taken buckets_take(struct buckets *b, const struct buckets_cost *what, int64_t now_us)
{
	struct place *p = place_of(b, what->key);
	int64_t old = atomic_load_explicit(&p->full_at_us, memory_order_relaxed), fresh;
	struct bucket_taken taken;

	do
		fresh = bucket_take(&what->rule, old, now_us, what->cost, &taken);
	while (fresh != old &&
	       !atomic_compare_exchange_weak_explicit(&p->full_at_us, &old, fresh,
						      memory_order_relaxed, memory_order_relaxed));
	return taken;
}

void buckets_give_back(struct buckets *b, const struct buckets_cost *what, int64_t now_us)
{
	struct place *p = find(b, what->key);
	int64_t time = bucket_time(&what->rule, what->cost);

	if (p == NULL)
		return;

	int64_t old = atomic_load_explicit(&p->full_at_us, memory_order_relaxed);

	while (old > now_us &&
	       !atomic_compare_exchange_weak_explicit(&p->full_at_us, &old, old - time,
						      memory_order_relaxed, memory_order_relaxed))
		;
}
