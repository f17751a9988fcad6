#ifndef DOMAIN_BUCKET_H
#define DOMAIN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A token bucket kept as one number: when it will be full again (the "virtual scheduling" form of
 * the generic cell rate algorithm, ITU-T I.371). A bucket that is full needs no memory at all, and
 * one that is not is a single word, which threads can change without a lock. Times in microseconds
 * of any clock that does not go back.
 */
struct bucket_rule {
	int64_t size;	   /* units in a full bucket, 1 … BUCKET_SIZE_MAX */
	int64_t window_us; /* time in which an empty one fills evenly, up to BUCKET_WINDOW_MAX_US */
};

#define BUCKET_SIZE_MAX INT64_C(1000000000)
#define BUCKET_WINDOW_MAX_US INT64_C(3600000000)

struct bucket_taken {
	bool granted;
	int64_t left;	 /* whole units that are in it now */
	int64_t full_us; /* time until it is full */
	int64_t wait_us; /* when refused: time until this cost can be paid; else 0 */
};

/*
 * Takes `cost` units (more than the bucket's size counts as the size, else it could never be paid)
 * from a bucket that is full at `full_at_us`. Returns the new time at which it is full, the old one
 * when refused: then nothing was taken. A cost of 0 asks without taking.
 */
int64_t bucket_take(const struct bucket_rule *rule, int64_t full_at_us, int64_t now_us,
		    int64_t cost, struct bucket_taken *out);

/*
 * How long the cost takes to flow back, what bucket_take() adds. Rounded down, so that a full
 * bucket always pays its whole size.
 */
int64_t bucket_time(const struct bucket_rule *rule, int64_t cost);

#endif
