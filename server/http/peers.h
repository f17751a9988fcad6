#ifndef HTTP_PEERS_H
#define HTTP_PEERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many connections each client address holds open, so that no address can take all threads.
 * An IPv6 client counts by its /64, which one household can use up at will. Thread-safe.
 */
struct peers;

/* For at most `connections` connections at a time, `limit` from one address. Caller frees. */
struct peers *peers_new(size_t connections, unsigned limit);
void peers_free(struct peers *p);

/* Counts one more from the address (text, as CivetWeb gives it). False: it has its share already.
 */
bool peers_enter(struct peers *p, const char *address);
void peers_leave(struct peers *p, const char *address);

#endif
