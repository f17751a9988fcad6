#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "contract/contract.h"

struct principal;
struct fault;
struct stream;
struct fhir_search;
struct fhir_written;
struct session;
struct webhook_key;

enum { HEADERS_MAX = 64, REPLY_HEADERS_MAX = 32, SEGMENTS_MAX = 16, QUERY_MAX = 32, ROOMS = 6 };

struct header {
	const char *name, *value;
};

/*
 * A body that is read in pieces (x-stream): room 1 makes it, the operation reads it, and what it
 * leaves unread ends the connection.
 */
struct body_source {
	/*
	 * The next piece: its size, and `*data` valid until the next call. 0: the body has ended.
	 * < 0: it was refused or broke off, and `status`, `code`, `detail` say how.
	 */
	long (*next)(struct body_source *s, const char **data);
	bool ended;
	int status;
	const char *code, *detail; /* problems.yaml's code, a sentence */
};

/* What room 1 hands in: clean HTTP, everything NUL-terminated and in the arena's memory. */
struct message {
	const char *method;    /* as sent: "GET" */
	const char *raw_path;  /* as sent, without query */
	const char *raw_query; /* NULL when there is none */
	const char *remote;    /* client's address as text */
	size_t header_count;
	struct header headers[HEADERS_MAX];
	size_t segment_count; /* decoded path segments */
	const char *segments[SEGMENTS_MAX];
	const char *body; /* NULL when there is none; read by room 1 up to the limit */
	size_t body_size;
	bool loopback;	 /* the peer is this machine */
	bool holds_gzip; /* If-None-Match named a compressed representation: http/coding.h */
	struct body_source *source; /* instead of `body`, for an operation with x-stream */
	bool tls;		    /* the peer speaks TLS to us */
	/* thumbprint of the certificate that the caller has shown (auth/certificate.h), or NULL */
	const char *certificate;
};

/* What goes out. Body and header values live in the arena, or forever. */
struct reply {
	int status;
	const char *content_type; /* NULL when there is no body */
	const char *body;
	size_t body_size;
	size_t header_count;
	struct header headers[REPLY_HEADERS_MAX];
	bool close;		     /* close the connection afterwards */
	const struct stream *stream; /* the body in pieces (stream.h) instead of `body`, or NULL */
};

/* What the access matrix says for this caller and operation (room 3), for gate, policies and log.
 */
struct access {
	const char *resource; /* row of the matrix */
	const char *category; /* data category that a consent must cover */
	const char *cell;     /* "W", "R" or "S" */
	const char *gates;    /* letters: h c p o f b a */
	const char *number;   /* "open" when full personal numbers may be shown, else "mask" */
	const char
		*cells; /* JSON, where x-resource names several rows: the cell in each; or NULL */
};

struct parameter_value {
	const char *name, *value;
	enum place place;
};

struct request {
	struct arena *arena;
	struct message in;
	struct reply reply;
	char id[37];		     /* UUID of this request */
	char trace_id[33];	     /* W3C trace id, given or made */
	const struct operation *op;  /* NULL until routed */
	bool head;		     /* HEAD answered as GET without a body */
	struct principal *principal; /* NULL until authenticated */
	bool proven;	     /* its DPoP proof is used up: looking at it again is no second use */
	const char *purpose; /* of use, for this request; NULL when there is none */
	size_t parameter_count;
	struct parameter_value parameters[QUERY_MAX]; /* path, query and header, validated */
	struct access access;
	json_t *json;	       /* parsed body, or NULL */
	const char *body_text; /* body after sealing, what SQL gets as :body */
	const char *if_match;  /* the version that If-Match was found to name, else NULL */
	const char *new_id;    /* UUIDv7 for what a POST creates */
	const char *receipt, *receipt_hash; /* for POSTs that hand out a receipt */
	const char *idempotency_scope, *idempotency_hash;
	struct webhook_key *webhook_key;    /* made when a statement asks for a new one */
	struct faults *faults;		    /* noted by room 4 */
	struct fhir_search *search;	    /* a FHIR search's own, by room 4; else NULL */
	const struct fhir_written *written; /* the FHIR write that this is the native side of */
	const char *place;		    /* in a Bundle, for expressions; NULL is the resource */
	bool found;			    /* a conditional create that has found its `new_id` */
	struct session *session;	    /* the transaction that it is a part of, or NULL */
	const char *deny_reason;	    /* for the access log's DENIED row */
	int64_t room_us[ROOMS];		    /* time spent, for Server-Timing */
};

/* A request header by name (case-insensitive), or NULL. The first one when repeated. */
const char *request_header(const struct request *r, const char *name);

/* All values of a header that may be repeated, joined by ", " (RFC 9110, 5.3), or NULL. */
const char *request_header_list(const struct request *r, const char *name);

/* How often the header was sent. */
size_t request_header_count(const struct request *r, const char *name);

/* A validated parameter, or NULL. */
const char *request_parameter(const struct request *r, enum place place, const char *name);

/* Adds a header to the answer; both texts must outlive it (a constant, or the arena's). */
void reply_header(struct request *r, const char *name, const char *value);

/* Says that the answer depends on this request header too: one Vary, in the arena's memory. */
void reply_vary(struct request *r, const char *name);

/* For room 1, when path and method are known: whether the operation reads the body itself. */
bool request_is_streamed(const struct request *r);

/* The whole request, rooms 2 to 5: fills r->reply. Never fails: failures are replies. */
void dispatch(struct request *r);

/*
 * For room 1: the answer to bytes that never became a request (400, 408, 413, 414, 431, 501, 505
 * …), as problem+json with the code of problems.yaml ("bad_request" …). Fills r->reply.
 */
void dispatch_refuse(struct request *r, int status, const char *code, const char *detail);

/* After the answer has left: log line, counters. `total_us` since the first byte. */
void dispatch_finished(struct request *r, int64_t total_us);

#endif
