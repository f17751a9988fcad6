#ifndef LIB_DELIVERY_H
#define LIB_DELIVERY_H

#include "lib/pace.h"
#include "lib/session.h"
#include "lib/spool.h"

/* A spool that is emptied into the service, in order, for as long as that takes. */
struct delivery {
	struct spool spool;
	struct session *session;
	struct pace pace;
	/*
	 * Sends one item and says what became of it; `out` is the answer that decided it. May put
	 * members into the receipt, an object: ids and counts, nothing of a person.
	 */
	enum verdict (*send)(struct delivery *d, struct arena *a, const struct spool_item *item,
			     struct reply *out, json_t *receipt);
	void *context; /* the sender's own */
};

enum { DELIVERY_EMPTY = -1 };

/*
 * Sends what waits, until the spool is empty (DELIVERY_EMPTY) or something has to wait: then the
 * milliseconds until it is worth another try.
 */
long delivery_round(struct delivery *d, struct arena *a);

/* The item's Idempotency-Key: the same one at every try. */
const char *delivery_key(struct arena *a, const struct spool_item *item);

/* What a refusal says, without its texts: {"status","code","request_id","faults":[{pointer,code}]},
 * adopted. */
json_t *delivery_refusal(struct arena *a, const struct reply *reply);

#endif
