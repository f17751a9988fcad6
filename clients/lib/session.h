#ifndef LIB_SESSION_H
#define LIB_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * One caller of the service: base address, token, limits, one kept-alive connection. Used by one
 * thread at a time. Repeats what is safe to repeat (lib/retry.h); every POST carries an
 * Idempotency-Key, so that a POST is safe too.
 */
struct session;

/* A token and its end in seconds since 1970; 0 when unknown. */
struct bearer {
	const char *text;
	int64_t expires_at;
};

/* What a session is made of. Members left out take the defaults in the comments. */
struct session_setup {
	const char *base_url;	 /* "http://127.0.0.1:8080/api/v1" */
	const char *user_agent;	 /* "samhandling" */
	const char *language;	 /* Accept-Language for problem texts; none */
	const char *ca_file;	 /* PEM file of trusted authorities; the system's */
	long connect_timeout_ms; /* 5,000 */
	long timeout_ms;	 /* for one answer: 30,000 */
	unsigned attempts;	 /* tries in all: 4 */
	long backoff_ms;	 /* first pause, doubled each time: 250 */
	long backoff_max_ms;	 /* longest pause that is waited for: 10,000 */
	void *context;		 /* given to the functions below */
	/* Gives a token, in the arena's memory; called again shortly before the end and once after
	 * a 401. False and `*why` when there is none. NULL: calls are sent without a token. */
	bool (*renew)(void *context, struct arena *a, struct bearer *out, const char **why);
	/* Told of every line sent and received, token hidden and personal numbers masked. */
	void (*trace)(void *context, const char *line);
	/* Told before each pause. */
	void (*waiting)(void *context, long pause_ms, const char *why);
	/* Asked about once a second while a call is under way: true gives it up. */
	bool (*stopped)(void);
};

/* NULL and `*why` (static text) when the address is unusable. Caller frees. */
struct session *session_new(const struct session_setup *setup, const char **why);
void session_free(struct session *s);

const char *session_base_url(const struct session *s);

struct call {
	const char *method; /* "GET" */
	const char *path; /* below the base address: "/patients/…", encoded, maybe with a query */
	bool from_root;	  /* `path` starts at the server's root instead, as links do */
	bool anonymous;	  /* send no token */
	const json_t *query;   /* object of texts and lists of texts, added to the path; or NULL */
	const json_t *headers; /* object of texts; or NULL */
	const json_t *body;    /* or NULL */
	const char *file;      /* the body's bytes stand in this file instead, sent as they are */
	long file_offset;      /* from this byte on */
	const char *content_type;    /* application/json */
	const char *idempotency_key; /* for POST: a fresh one */
};

/* What came back; everything lives in the arena that was given. */
struct reply {
	int status;	     /* HTTP status; 0 when no answer came */
	const char *failure; /* why no answer came, or why no token was to be had */
	bool tokenless;	     /* the failure is the token's */
	json_t *headers;     /* names in lower case */
	const char *etag;    /* or NULL */
	json_t *json;	     /* the body, or NULL when it is no JSON */
	const char *text;    /* the body's bytes */
	size_t size;
	unsigned attempts;
};

enum { REPLY_SIZE_MAX = 64 * 1024 * 1024 };

/* Sends the call, repeating it where safe. True when the status is 2xx or 304. */
bool session_call(struct session *s, struct arena *a, const struct call *call, struct reply *out);

/*
 * Makes a link of an answer ("/api/v1/x?cursor=…" or a whole address) a path from the root.
 * NULL when it leads to another server: the token stays here.
 */
const char *session_link(const struct session *s, struct arena *a, const char *link);

#endif
