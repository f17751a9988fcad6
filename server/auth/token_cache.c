/* Verified tokens: sets of sixteen entries, each under a lock of its own. */
#include "auth/token_cache.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

#include "auth/random.h"

enum { WAYS = 16, SETS = TOKEN_CACHE_ENTRIES / WAYS };

/* Stands in front of the bytes that the caller sees. */
struct block {
	atomic_size_t count;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

struct entry {
	unsigned char digest[RANDOM_SHA256_BYTES];
	void *value; /* NULL: free */
	int64_t expires_at;
	uint64_t used; /* the set's clock at the last use */
};

struct set {
	alignas(64) pthread_mutex_t lock; /* on a cache line of its own */
	uint64_t clock;
	struct entry entries[WAYS];
};

struct token_cache {
	atomic_uint_fast64_t epoch; /* changes with every clear */
	struct set sets[SETS];
};

static void *allocate(size_t alignment, size_t size)
{
	void *p = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);

	if (p == NULL) {
		fprintf(stderr, "{\"level\":\"fatal\",\"event\":\"token_cache\"}\n");
		abort();
	}
	return memset(p, 0, size);
}

void *token_cache_block(size_t size)
{
	struct block *b = allocate(alignof(max_align_t), sizeof(*b) + size);

	atomic_init(&b->count, 1);
	b->size = size;
	return b->bytes;
}

static struct block *block_of(void *value)
{
	return (struct block *)((unsigned char *)value - offsetof(struct block, bytes));
}

static void *count_up(void *value)
{
	atomic_fetch_add_explicit(&block_of(value)->count, 1, memory_order_relaxed);
	return value;
}

void token_cache_give_back(void *value)
{
	struct block *b;

	if (value == NULL)
		return;
	b = block_of(value);
	if (atomic_fetch_sub_explicit(&b->count, 1, memory_order_acq_rel) != 1)
		return;
	OPENSSL_cleanse(b->bytes, b->size);
	free(b);
}

struct token_cache *token_cache_new(void)
{
	struct token_cache *c = allocate(alignof(struct token_cache), sizeof(*c));

	for (size_t i = 0; i < SETS; i++)
		pthread_mutex_init(&c->sets[i].lock, NULL);
	return c;
}

void token_cache_free(struct token_cache *c)
{
	if (c == NULL)
		return;
	token_cache_clear(c);
	for (size_t i = 0; i < SETS; i++)
		pthread_mutex_destroy(&c->sets[i].lock);
	free(c);
}

static struct set *set_of(struct token_cache *c, const unsigned char *digest)
{
	/* the last bytes choose the set, so that the first ones still tell its entries apart */
	return &c->sets[(digest[30] << 8 | digest[31]) % SETS];
}

static struct entry *find(struct set *set, const unsigned char *digest)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct entry *e = &set->entries[i];

		if (e->value != NULL && memcmp(e->digest, digest, sizeof(e->digest)) == 0)
			return e;
	}
	return NULL;
}

void *token_cache_get(struct token_cache *c, const char *token, int64_t now,
		      struct token_mark *mark)
{
	void *value = NULL, *expired = NULL;

	mark->epoch = atomic_load(&c->epoch);
	random_sha256(token, strlen(token), mark->digest);

	struct set *set = set_of(c, mark->digest);

	pthread_mutex_lock(&set->lock);

	struct entry *e = find(set, mark->digest);

	if (e != NULL && now < e->expires_at) {
		value = count_up(e->value);
		e->used = ++set->clock;
	} else if (e != NULL) {
		expired = e->value;
		e->value = NULL;
	}
	pthread_mutex_unlock(&set->lock);
	token_cache_give_back(expired);
	return value;
}

/* The entry to fill: the token's own, a free one, or the one that was not used for longest. */
static struct entry *make_room(struct set *set, const unsigned char *digest)
{
	struct entry *best = find(set, digest);

	if (best != NULL)
		return best;
	best = &set->entries[0];
	for (size_t i = 0; i < WAYS && best->value != NULL; i++) {
		struct entry *e = &set->entries[i];

		if (e->value == NULL || e->used < best->used)
			best = e;
	}
	return best;
}

void token_cache_put(struct token_cache *c, const struct token_mark *mark, void *value,
		     int64_t expires_at)
{
	struct set *set = set_of(c, mark->digest);
	void *old = NULL;

	pthread_mutex_lock(&set->lock);
	/* asked under the lock: a clear changes the epoch first and then takes every lock */
	if (atomic_load(&c->epoch) == mark->epoch) {
		struct entry *e = make_room(set, mark->digest);

		old = e->value;
		memcpy(e->digest, mark->digest, sizeof(e->digest));
		e->value = count_up(value);
		e->expires_at = expires_at;
		e->used = ++set->clock;
	}
	pthread_mutex_unlock(&set->lock);
	token_cache_give_back(old);
}

void token_cache_clear(struct token_cache *c)
{
	atomic_fetch_add(&c->epoch, 1);
	for (size_t i = 0; i < SETS; i++) {
		struct set *set = &c->sets[i];
		void *old[WAYS];

		pthread_mutex_lock(&set->lock);
		for (size_t w = 0; w < WAYS; w++) {
			old[w] = set->entries[w].value;
			set->entries[w].value = NULL;
		}
		pthread_mutex_unlock(&set->lock);
		for (size_t w = 0; w < WAYS; w++)
			token_cache_give_back(old[w]);
	}
}
