#ifndef API_CAP_H
#define API_CAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How often each client address may call what anyone may call, counted in hours that begin with
 * the address's first call. Bounded: when very many addresses call, the longest known is forgotten.
 */
struct cap;

/* What is being counted: a client's address (text), and for which operation. */
struct cap_call {
	const char *address;
	unsigned operation;
};

/* `per_hour` calls of each operation from each address; 0 is no limit. Caller frees. */
struct cap *cap_new(unsigned per_hour);
void cap_free(struct cap *c);

/* Counts one call; 0 when it may be made, else in how many seconds the next one may. Thread-safe.
 */
unsigned cap_take(struct cap *c, const struct cap_call *call, int64_t now_us);

#endif
