#ifndef AUTH_REGISTRY_H
#define AUTH_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/auth.h"
#include "auth/jwks.h"

/* The inside of the registry, for the files of this room. Immutable after registry_load(). */
struct agency_entry {
	const char *organisation, *agency_id;
};

struct issuer {
	const char *id, *name; /* name: the exact string of `iss` */
	const char *audience;
	bool algorithms[ALGORITHM_COUNT];
	bool type_jwt, type_absent, type_access; /* typ JWT, none, at+jwt */
	bool citizen;
	int64_t max_lifetime_s;
	size_t level_count; /* 0: any `acr` */
	const char **levels;
	struct jwks jwks;
	size_t agency_count;
	struct agency_entry *agencies;
};

/* The issuer with exactly that name, or NULL. */
const struct issuer *registry_issuer(const struct registry *r, const char *name);

/* The agency that the issuer may speak for under that organisation number, or NULL. */
const char *registry_agency(const struct issuer *issuer, const char *organisation);

/* True when the number belongs to an agency other than `agency_id`, whatever the issuer. */
bool registry_is_foreign(const struct registry *r, const char *organisation, const char *agency_id);

#endif
