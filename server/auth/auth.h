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
 * The registry as JSON, made by the statement `registry` from trusted_issuers and agency_issuers:
 * {"generation": 7, "issuers":
 * [{"id","issuer","audience","algorithms":["RS256"],"types":["JWT",null],
 *   "profile":"agency"|"citizen","max_lifetime_s":900,"sandbox":false,
 *   "levels":["Level4"]|null,"jwks":{"keys":[…]} | null,
 *   "jwks_file": path | null, "agencies":[{"organisation_number":"…","agency_id":"…"}]}]}
 * `levels` limits `acr`; a lifetime above 3,600 s (sandbox 12 h) is cut to that; types default to
 * JWT and none. A broken issuer or key never takes down the others: it is left out and reported in
 * `why`, which is empty when all is well and else has the last complaint.
 */
struct registry;

/* NULL when the JSON as a whole is unusable. `production` refuses sandbox issuers. Caller frees. */
struct registry *registry_load(const json_t *json, bool production, char why[256]);
void registry_free(struct registry *r);
int64_t registry_generation(const struct registry *r);

/* Why a token was refused, also the public reason code (auth_reason_code). */
enum auth_reason {
	AUTH_OK,
	AUTH_MISSING,	/* no Authorization header */
	AUTH_SCHEME,	/* not exactly one Bearer header */
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
	AUTH_REASON_COUNT
};

/* "invalid_token" …: what the client may know. Several reasons share one code on purpose. */
const char *auth_reason_code(enum auth_reason reason);
/* Exact name for the security log. */
const char *auth_reason_name(enum auth_reason reason);

/* Verified claims, in the arena's memory. Members that the token lacks are NULL. */
struct identity {
	const char *issuer_id, *issuer, *subject;
	bool citizen;		  /* profile `citizen` */
	const char *agency_id;	  /* for agencies */
	const char *organisation; /* organisation number the token speaks for */
	const char *role;	  /* claim; a ceiling, the staff register decides */
	const char *hpr_number, *purpose, *name, *scope, *acr, *jti;
	const char *person_number; /* citizen: pid, in clear, only in this request's memory */
	const char *department, *point_of_care;	  /* attestation: RESH id, organisation number */
	const char *authorization, *decision_ref; /* attestation: compact JSON object, or text */
	int64_t issued_at, expires_at;		  /* seconds since 1970 */
};

struct auth_request {
	const struct registry *registry;
	struct arena *arena;
	int64_t now;		       /* real time, seconds since 1970 */
	const char *audience_override; /* NULL: the registry's */
};

/* Verifies the token's text (without "Bearer "). On AUTH_OK `out` is filled, else it is empty. */
enum auth_reason auth_verify(const struct auth_request *request, const char *token,
			     struct identity *out);

#endif
