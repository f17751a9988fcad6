#ifndef DB_POOL_H
#define DB_POOL_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A small pool of connections to PostgreSQL with a fair queue: whoever has waited longest is served
 * first. A connection belongs to one thread between take and give_back, and is lent for one
 * request's work, never while writing to a client.
 */
struct connection {
	PGconn *pg;		 /* NULL until opened */
	unsigned char *prepared; /* one flag a statement, round.c's own */
	bool broken;		 /* to be closed when given back */
	struct connection *next;
};

struct pool_settings {
	const char *url;      /* libpq connection string */
	size_t size;	      /* connections at most */
	int64_t wait_ms;      /* longest wait for one */
	int64_t connect_s;    /* longest wait for one to open; libpq takes less than 2 as 2 */
	int64_t statement_ms; /* statement_timeout, and with 300 ms more the longest wait for an
				 answer */
};

/*
 * Opens no connection yet. One pool a process, after the statements were read. `settings->url` must
 * outlive it. False when memory is missing.
 */
bool pool_start(const struct pool_settings *settings);

/* Closes all connections; none may be lent. */
void pool_stop(void);

enum pool_refusal { POOL_OK, POOL_BUSY, POOL_NO_DATABASE };

/*
 * A connection that is open, or NULL and why. Opens it when needed (`connect_s`), anew when the
 * server has ended it since.
 */
struct connection *pool_take(enum pool_refusal *refusal);

/* Gives it back; a broken one is closed, and opened anew by whoever takes it next. */
void pool_give_back(struct connection *c);

/* A connection outside the pool, for a thread that keeps it (jobs). NULL when the database is away.
 */
struct connection *pool_open_own(void);
void pool_close_own(struct connection *c);

/* The limit of one statement, in milliseconds. */
int64_t pool_statement_ms(void);

/* The longest wait in a line, in milliseconds. */
int64_t pool_wait_ms(void);

struct pool_counters {
	size_t size, idle, waiting;
	uint64_t taken, waited, exhausted;
};
void pool_count(struct pool_counters *out);

#endif
