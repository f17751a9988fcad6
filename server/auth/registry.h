#ifndef AUTH_REGISTRY_H
#define AUTH_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/agency_entry.h"
#include "auth/auth.h"
#include "auth/jwks.h"
#include "auth/profile.h"

/* The inside of the registry, for the files of this room. Immutable after registry_load(). */
struct issuer {
	const char *id, *name; /* name: the exact string of `iss` */
	const char *audience;
	bool single_audience;
	bool algorithms[ALGORITHM_COUNT];
	bool type_jwt, type_absent, type_access; /* typ JWT, none, at+jwt */
	struct profile profile;
	int64_t max_lifetime_s, leeway_s;
	struct texts levels;   /* of persons; none: any */
	int dpop, certificate; /* enum demand; `certificate`: of machines */
	int64_t dpop_window_s;
	bool dpop_nonce;
	bool keys_away; /* an address whose keys have not come, or are too old */
	struct jwks jwks;
	size_t agency_count;
	struct agency_entry *agencies;
};

/* Reads one issuer: false when it is broken, with the reason in `why`. */
struct issuer_reading {
	struct arena *arena;
	bool production;
	struct key_store *keys;
	char *why;	    /* 256 bytes; the last complaint stands there */
	const char *issuer; /* id of the issuer being read, for the complaint */
};
bool issuer_read(struct issuer_reading *in, const json_t *json, struct issuer *out);

/* Writes the complaint; always false. */
bool issuer_complain(const struct issuer_reading *in, const char *fault);

/* The issuer with exactly that name, or NULL. */
const struct issuer *registry_issuer(const struct registry *r, const char *name);

/* The issuer's terms under that organisation number, or NULL when it may not speak for it. */
const struct agency_entry *registry_agency(const struct issuer *issuer, const char *organisation);

/* True when the number belongs to an agency other than `agency_id`, whatever the issuer. */
bool registry_is_foreign(const struct registry *r, const char *organisation, const char *agency_id);

#endif
