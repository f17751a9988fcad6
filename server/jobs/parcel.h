#ifndef JOBS_PARCEL_H
#define JOBS_PARCEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "db/round.h"
#include "jobs/outbound.h"

enum { PARCEL_ID_SIZE = 37 };

/* One event on its way to one subscription: under way, or back and not yet noted. */
struct parcel {
	struct parcel *next;
	char id[PARCEL_ID_SIZE], subscription[PARCEL_ID_SIZE], order_key[PARCEL_ID_SIZE];
	const char *outcome; /* as delivery_settle() knows it; NULL while it is under way */
	char told[256];	     /* JSON for it */
};

/* All of them; the parcels' thread alone. */
struct parcels {
	struct parcel *first;
	size_t count;
};

/* How many of a subscription are under way or not yet noted. */
size_t parcels_of(const struct parcels *all, const char *subscription);

/* Whose turn it is not: their order keys as PostgreSQL's array text, in the arena's memory. */
const char *parcels_busy(const struct parcels *all, struct arena *a, const char *subscription);

/* A new one, under way. Never NULL. */
struct parcel *parcels_add(struct parcels *all);

/* It has been noted: taken out and freed. */
void parcels_remove(struct parcels *all, struct parcel *p);

/* Notes what came of it: 2xx is delivery, 410 the end, what concerns the receiver as a whole away.
 */
void parcel_judge(struct parcel *p, const struct outbound_result *result);

#endif
