#ifndef AUTH_PROFILE_H
#define AUTH_PROFILE_H

#include <jansson.h>
#include <stdbool.h>

#include "auth/members.h"
#include "base/arena.h"

/*
 * What a kind of issuer's claims mean: for each thing that we want to know, where it stands. Rows
 * of token_profile and an issuer's own pointers, merged by SQL (`registry`).
 */
enum claim {
	CLAIM_ORG_CHILD,      /* the unit's own organisation number, or the only one */
	CLAIM_ORG_PARENT,     /* the legal entity's */
	CLAIM_SUPPLIER,	      /* who acts for the organisation */
	CLAIM_SYSTEMUSER_ORG, /* Altinn: the customer; then the organisation above is its supplier
			       */
	CLAIM_CLIENT,	      /* the machine that asks */
	CLAIM_PERSON,	      /* staff id, or national number */
	CLAIM_HPR,
	CLAIM_LEVEL,
	CLAIM_ROLE,
	CLAIM_SCOPE,
	CLAIM_PURPOSE,
	CLAIM_NAME,
	CLAIM_DEPARTMENT,
	CLAIM_POINT_OF_CARE,
	CLAIM_AUTHORIZATION,
	CLAIM_DECISION,
	CLAIM_COUNT
};

struct profile {
	const char *pointers[CLAIM_COUNT]; /* NULL: these tokens do not say it */
	struct texts rejected;		   /* pointers to what gives a token another meaning */
	const char *identify_by; /* PostgreSQL array text of "hpr", "subject", "mapping" */
	bool iso6523;		 /* organisations as "0192:" and nine digits */
	bool person_is_number;
	bool citizen;
};

/* NULL, or what is wrong with it (a constant). */
const char *profile_read(struct arena *a, const json_t *json, struct profile *out);

/* The claim's value, or NULL (absent, null, or not of this profile). */
const json_t *profile_claim(const struct profile *p, const json_t *claims, enum claim claim);

/* Whether the claims hold something that the profile refuses. */
bool profile_rejects(const struct profile *p, const json_t *claims);

#endif
