#ifndef JOBS_FETCH_H
#define JOBS_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct sockaddr;

/*
 * The daemon as a client: one exchange, within limits of size and time. Certificates are verified,
 * redirects are not followed (a redirect is an answer like any other), only http and https are
 * spoken, no proxy of the environment is used. A fetcher keeps its connections and belongs to one
 * thread.
 */
struct fetcher;

struct fetch_call {
	const char *method; /* "GET", "POST" */
	const char *url;
	const char *const *headers; /* "Name: value", ended by NULL; or NULL */
	const char *body;	    /* NULL: none */
	size_t body_size;
	size_t answer_max; /* bytes; a larger answer is a failure */
	int64_t connect_ms, total_ms;
	bool plain; /* http:// will do, else https:// alone */
	/* whether that address may be connected to, once the name is resolved; NULL: any */
	bool (*may_connect)(const struct sockaddr *address, void *context);
	void *context;
};

struct fetch_answer {
	long status;	  /* 0: there was no answer, see `why` */
	const char *body; /* in the arena, NUL-terminated */
	size_t size;
	char etag[128];	       /* "" when there is none, or it is longer */
	int64_t max_age_s;     /* of Cache-Control, or -1 */
	int64_t retry_after_s; /* of Retry-After in seconds, or -1 */
	const char *why;       /* a constant, or in the arena: no address, no content */
};

/* `ca_file`: the authorities that are trusted, "" or NULL the system's. Caller frees. */
struct fetcher *fetcher_new(const char *ca_file);
void fetcher_free(struct fetcher *f);

/* True when there was an answer of any status. Blocks for at most `total_ms`. */
bool fetch(struct fetcher *f, struct arena *a, const struct fetch_call *call,
	   struct fetch_answer *out);

/* Once in the process, before any thread fetches, and at its end. */
bool fetch_start(void);
void fetch_stop(void);

#endif
