#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * Token → verified claims. Knows issuers, keys, algorithms, time and audience; which staff member
 * and which role that is, the api room asks the database. Thread-safe; the registry is swapped as a
 * whole (old readers finish with the old one).
 */

/*
 * The registry as JSON, made by the statement `registry` from token_profile, trusted_issuers and
 * agency_issuers:
 * {"generation": 7, "issuers":
 * [{"id","issuer","audience","single_audience","algorithms":["RS256"],"types":["JWT",null],
 *   "levels":["Level4"]|null,"max_lifetime_s":900,"leeway_s":30,"sandbox":false,
 *   one of "jwks":{"keys":[…]}, "jwks_file": path, "jwks_url", "discovery_url",
 *   "refresh_s","min_refetch_s","stale_ok_s",
 *   "dpop":"forbidden"|"optional"|"required","dpop_window_s","dpop_nonce","certificate": as dpop,
 *   "profile": {see profile.h}, "agencies":[{see agency_entry.h}]}]}
 * `levels` limits what persons may log in with; a lifetime above 3,600 s (sandbox 12 h) is cut to
 * that; types default to JWT and none. A broken issuer or key never takes down the others: it is
 * left out and reported in `why`, which is empty when all is well and else has the last complaint.
 */
struct registry;
struct key_store;

/*
 * NULL when the JSON as a whole is unusable. `production` refuses sandbox issuers. `keys` is where
 * key sets at addresses come from (key_store.h), which lives on; NULL: these issuers have no keys.
 * Caller frees.
 */
struct registry *registry_load(const json_t *json, bool production, struct key_store *keys,
			       char why[256]);
void registry_free(struct registry *r);
int64_t registry_generation(const struct registry *r);

/* The issuers' names, as a new JSON array. */
json_t *registry_names(const struct registry *r);

/* Why a token was refused, also the public reason code (auth_reason_code). */
enum auth_reason {
	AUTH_OK,
	AUTH_MISSING,	/* no Authorization header */
	AUTH_SCHEME,	/* not exactly one Bearer or DPoP header */
	AUTH_MALFORMED, /* not three base64url parts of JSON objects, too long, duplicates */
	AUTH_HEADER,	/* crit, jku, x5u, x5c, jwk or a type that is not registered */
	AUTH_ISSUER,	/* unknown issuer */
	AUTH_ALGORITHM, /* not on the issuer's list, or does not fit the key */
	AUTH_KEY,	/* unknown or withdrawn kid */
	AUTH_SIGNATURE,
	AUTH_AUDIENCE,
	AUTH_EXPIRED,
	AUTH_NOT_YET,	   /* nbf or iat in the future */
	AUTH_LIFETIME,	   /* exp - iat longer than the issuer may */
	AUTH_CLAIMS,	   /* a needed claim is missing or of the wrong type */
	AUTH_ORGANISATION, /* the issuer may not speak for that organisation */
	AUTH_SUPPLIER,	   /* who acts for the organisation may not */
	AUTH_CLIENT,  /* not one of the agency's clients, or a machine where a person must be */
	AUTH_LEVEL,   /* the person has logged in too weakly */
	AUTH_BINDING, /* bound to a key where that is not allowed, or not bound where it must be,
			 or sent by the other scheme */
	AUTH_PROOF,   /* the DPoP proof is missing or wrong */
	AUTH_REPLAY,  /* the DPoP proof was used before */
	AUTH_NONCE,   /* the DPoP proof lacks our present nonce */
	AUTH_CERTIFICATE, /* the caller has not shown the certificate that the token names */
	AUTH_KEYS_AWAY,	  /* the issuer's keys could not be fetched: nobody can tell */
	AUTH_UNAVAILABLE, /* the store of used proofs is away: nobody can tell */
	AUTH_REASON_COUNT
};

/* A problem's code, "invalid_token" …: what the client may know. Several share one on purpose. */
const char *auth_reason_code(enum auth_reason reason);
/* Exact name for the security log. */
const char *auth_reason_name(enum auth_reason reason);

/* Verified claims, in the arena's memory. Members that the token lacks are NULL. */
struct identity {
	const char *issuer_id, *issuer;
	const char *subject;	  /* `sub`; of a machine its client id */
	const char *client_id;	  /* the machine that asked for the token, when it is named */
	bool citizen;		  /* profile `citizen` */
	bool machine;		  /* no person stands behind it */
	const char *agency_id;	  /* for agencies */
	const char *organisation; /* organisation number the token speaks for */
	const char *supplier;	  /* organisation number of who acts for it */
	const char *role;	  /* claim, or a machine's; a ceiling, the staff register decides */
	const char *role_ceiling; /* PostgreSQL array text: roles that this issuer may give */
	const char *identify_by;  /* PostgreSQL array text: how the staff register is asked */
	const char *hpr_number, *purpose, *name, *acr, *jti;
	const char *scope;	   /* ours: mapped, and cut to what the issuer or a machine may */
	const char *person_number; /* national number in clear, only in this request's memory */
	const char *department, *point_of_care;	  /* attestation: RESH id, organisation number */
	const char *authorization, *decision_ref; /* attestation: compact JSON object, or text */
	const char *jkt;	       /* thumbprint of the key that the bearer must prove (DPoP) */
	const char *x5t;	       /* thumbprint of the certificate that the bearer must show */
	bool nonce;		       /* the proof must have our nonce */
	int64_t window_s;	       /* how far the proof's time may be from ours */
	int64_t issued_at, expires_at; /* seconds since 1970 */
};

/* What is known of a token that may be refused, for the security log; in the arena's memory. */
struct auth_trace {
	const char *issuer_id; /* of a known issuer; NULL */
	const char *kid;       /* NULL */
	const char *jti;       /* the first 16 hexadecimal digits of its SHA-256; NULL */
};

struct auth_request {
	const struct registry *registry;
	struct arena *arena;
	int64_t now;		       /* real time, seconds since 1970 */
	const char *audience_override; /* NULL: the registry's */
	struct auth_trace *trace;      /* filled when not NULL, whatever the verdict */
};

/* Verifies the token's text (without "Bearer "). On AUTH_OK `out` is filled, else it is empty. */
enum auth_reason auth_verify(const struct auth_request *request, const char *token,
			     struct identity *out);

#endif
