#ifndef JOBS_OUTBOUND_H
#define JOBS_OUTBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Many requests to addresses that others have chosen, at once and in one thread. Certificates are
 * verified; redirects and the environment's proxies are not followed; an address of a private
 * network is not connected to unless SAMHANDLING_OUTBOUND_ALLOW names it, which is asked of the
 * address itself, after the name was looked up. What is answered is thrown away.
 */
struct outbound;

struct outbound_call {
	const char *url;
	const char *const *headers; /* "Name: value", ended by NULL */
	const char *body;	    /* POSTed; headers and body are copied */
	size_t body_size;
	void *owner; /* comes back with the result */
};

struct outbound_result {
	void *owner;
	long status;	   /* 0: there was no answer */
	const char *error; /* then why, a word: "connection", "dns", "tls", "timeout", "address",
			      "protocol"; else NULL */
	int64_t took_ms;
	int64_t retry_after_s; /* of Retry-After in seconds, 0 without one */
};

/* Ends the process when there is no memory. Caller frees. */
struct outbound *outbound_new(void);

/* Requests that are under way are cut off. */
void outbound_free(struct outbound *o);

/* Begins a request. */
void outbound_send(struct outbound *o, const struct outbound_call *call);

/* Goes on with all requests; true when one of them has ended: ask again for the next one. */
bool outbound_next(struct outbound *o, struct outbound_result *out);

/* Sleeps until there is something to go on with, at most `ms`, or until outbound_wake(). */
void outbound_wait(struct outbound *o, int ms);

/* From any thread. */
void outbound_wake(struct outbound *o);

#endif
