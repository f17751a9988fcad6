#ifndef AUTH_KEY_STORE_H
#define AUTH_KEY_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Key sets that lie at an address: what was fetched, when to fetch again, who waits for it. The
 * registry names the sources and takes their keys each time it is read; one thread (jobs/keys.c)
 * runs the errands; requests with an unknown key ask for one. Thread-safe. NULL is a store without
 * sources.
 *
 * A source is fetched when the registry first names it, then every `refresh_s` (earlier when its
 * answer says so), and when a request brings a key that its set lacks; never twice within
 * `min_refetch_s`, and after failures with growing pauses. What was fetched is used until it is
 * `refresh_s` + `stale_ok_s` old.
 */
struct key_store;

enum { KEY_SET_BYTES_MAX = 256 * 1024, KEY_URL_MAX = 512, KEY_ETAG_MAX = 128 };

struct key_source {
	const char *id;	    /* the issuer's id */
	const char *issuer; /* its name, which a discovered document must repeat */
	const char *url;
	bool discovers; /* the address is of metadata that names the key set's */
	bool plain;	/* http:// will do (sandbox issuers) */
	int64_t refresh_s, min_refetch_s, stale_ok_s;
};

/* `now_s` is a clock that never goes back; NULL takes the machine's. Caller frees. */
struct key_store *key_store_new(int64_t (*now_s)(void));
void key_store_free(struct key_store *s);

/* A reading of the registry: begin, follow each source, end. Sources that were not named go. */
void key_store_begin(struct key_store *s);
void key_store_end(struct key_store *s);

/* The set's JSON as a new reference, or NULL: nothing was fetched yet, or it is too old. */
json_t *key_store_follow(struct key_store *s, const struct key_source *source);

/*
 * For a request that found no key: has the source fetched, if that is due again, and waits at most
 * `wait_ms` for it. True when there was an answer, so that looking again may help. At most
 * KEY_WAITERS_MAX wait for one source: who has no key must not hold all threads.
 */
enum { KEY_WAITERS_MAX = 32 };
bool key_store_want(struct key_store *s, const char *id, int64_t wait_ms);

/* Has all of them fetched now (SIGHUP). */
void key_store_want_all(struct key_store *s);

/* ---- for the thread that fetches ---- */

struct key_errand {
	char id[KEY_URL_MAX], issuer[KEY_URL_MAX], url[KEY_URL_MAX];
	char etag[KEY_ETAG_MAX]; /* of the set that is held; "" when there is none */
	bool discovers, plain;
};

enum key_next {
	KEY_STOP,   /* key_store_stop() was called */
	KEY_FETCH,  /* run the errand, settle it, then call key_store_done() */
	KEY_EXPIRED /* a set is too old now: the registry must be read again */
};

/* Waits for what comes next. `errand` is filled for KEY_FETCH and KEY_EXPIRED. */
enum key_next key_store_next(struct key_store *s, struct key_errand *errand);

/* What came of an errand, said once: the set is as before (304). `max_age_s`: what the answer said
 * about itself, or -1. */
void key_store_same(struct key_store *s, const struct key_errand *errand, int64_t max_age_s);

/*
 * A set has come. NULL when it was taken, else why not (a constant; the caller then says
 * key_store_failed()). `*changed`: it differs from the one before, so the registry must be read
 * again.
 */
struct key_answer {
	const char *text;
	size_t size;
	const char *etag; /* "" when it has none */
	int64_t max_age_s;
};
const char *key_store_take(struct key_store *s, const struct key_errand *errand,
			   const struct key_answer *answer, bool *changed);

/* The set could not be had or was not taken: the one before stays, and the next try comes later. */
void key_store_failed(struct key_store *s, const struct key_errand *errand);

/* The registry is up to date: wakes who waits. */
void key_store_done(struct key_store *s, const struct key_errand *errand);

/* Ends key_store_next() for good, and every wait. */
void key_store_stop(struct key_store *s);

#endif
