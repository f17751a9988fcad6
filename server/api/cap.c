/* Counts calls by client address. */
#include "api/cap.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/address.h"

enum { CALLERS = 8192, NEAR = 8 /* places where one caller may stand */ };

static const int64_t hour_us = 3600 * (int64_t)1000000;

struct cap {
	pthread_mutex_t mutex;
	unsigned limit;
	struct caller {
		struct address address;
		unsigned operation, calls; /* no calls: the place is free */
		int64_t since_us;
	} callers[CALLERS];
};

struct cap *cap_new(unsigned per_hour)
{
	struct cap *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	pthread_mutex_init(&c->mutex, NULL);
	c->limit = per_hour;
	return c;
}

void cap_free(struct cap *c)
{
	if (c == NULL)
		return;
	pthread_mutex_destroy(&c->mutex);
	free(c);
}

/* FNV-1a */
static size_t place_of(const struct caller *who)
{
	uint32_t h = 2166136261u ^ who->operation;

	for (size_t i = 0; i < sizeof(who->address.bytes); i++)
		h = (h ^ who->address.bytes[i]) * 16777619u;
	return h % CALLERS;
}

static bool is_over(const struct caller *one, int64_t now_us)
{
	return one->calls == 0 || now_us - one->since_us >= hour_us;
}

/* The caller's own place, else one for a new hour: the first that is over, or the oldest. */
static struct caller *find(struct cap *c, const struct caller *who, int64_t now_us)
{
	size_t first = place_of(who);
	struct caller *best = &c->callers[first];

	for (size_t i = 0; i < NEAR; i++) {
		struct caller *one = &c->callers[(first + i) % CALLERS];

		if (!is_over(one, now_us) && one->operation == who->operation &&
		    address_equal(&one->address, &who->address))
			return one;
		if (is_over(best, now_us))
			continue;
		if (is_over(one, now_us) || one->since_us < best->since_us)
			best = one;
	}
	*best = *who;
	return best;
}

unsigned cap_take(struct cap *c, const struct cap_call *call, int64_t now_us)
{
	const struct caller who = {.address = address_household(call->address),
				   .operation = call->operation,
				   .since_us = now_us};
	unsigned wait_s = 0;

	if (c->limit == 0)
		return 0;
	pthread_mutex_lock(&c->mutex);

	struct caller *one = find(c, &who, now_us);

	if (one->calls < c->limit)
		one->calls++;
	else
		wait_s = (unsigned)((one->since_us + hour_us - now_us + 999999) / 1000000);
	pthread_mutex_unlock(&c->mutex);
	return wait_s;
}
