#ifndef LIB_RETRY_H
#define LIB_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* How an attempt ended, as far as repeating is concerned. */
struct attempt {
	const char *method;
	bool has_key;	   /* carried an Idempotency-Key */
	bool connected;	   /* the request may have reached the service */
	int status;	   /* 0: no answer */
	const char *code;  /* the problem's code, or NULL */
	const char *after; /* Retry-After as sent, or NULL */
	unsigned number;   /* 1 for the first */
	int64_t now;	   /* seconds since 1970, for a Retry-After that is a date */
	unsigned random;   /* spreads callers */
};

struct retry_limits {
	unsigned attempts;
	long backoff_ms, backoff_max_ms;
};

/*
 * The pause in milliseconds before the next attempt, or -1 when there shall be none: because it is
 * not safe, because the tries are used up, or because the service asks for a longer pause than
 * `backoff_max_ms`. Safe are: everything that never reached the service; what it answered with 503
 * or 429 (it did nothing); reads and keyed POSTs whose answer got lost; a POST whose twin with the
 * same key is still under way.
 */
long retry_pause(const struct attempt *attempt, const struct retry_limits *limits);

#endif
