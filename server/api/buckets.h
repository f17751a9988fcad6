#ifndef API_BUCKETS_H
#define API_BUCKETS_H

#include <stdint.h>

#include "domain/bucket.h"

/*
 * Token buckets by key, for all threads, without a lock. Bounded: a bucket that is full is
 * forgotten, and when very many are not, the one that is fullest soonest. Threads that meet a key
 * for the first time at the same moment, or a bucket just as it is forgotten, may count one
 * request at the wrong one: a limit is no account.
 */
struct buckets;

/* `size`: a power of two, how many buckets there can be. Caller frees. */
struct buckets *buckets_new(uint64_t size);
void buckets_free(struct buckets *b);

struct buckets_cost {
	uint64_t key; /* not 0; well mixed: buckets_key() */
	struct bucket_rule rule;
	int64_t cost;
};

/* Takes the cost from the key's bucket; see bucket_take(). */
struct bucket_taken buckets_take(struct buckets *b, const struct buckets_cost *what,
				 int64_t now_us);

/* Gives back what was taken, when the request is refused after all. */
void buckets_give_back(struct buckets *b, const struct buckets_cost *what, int64_t now_us);

/* The key of a list of texts ended by NULL; never 0. */
uint64_t buckets_key(const char *const *texts);

#endif
