#ifndef LIB_ISSUER_H
#define LIB_ISSUER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * The sandbox's agencies as token issuers: a directory with `agencies.json` and one private key an
 * agency. The file is a list of
 *   {"slug","name","organisation_number","issuer","audience","key":"<slug>.jwk.json",
 *    "scope": text, "staff":[{"role","subject","name","hpr_number","purpose","pid"}]}
 * where scope, hpr_number, purpose and pid may be absent, and an agency without organisation_number
 * speaks for citizens (patients and relatives).
 */
enum { TOKEN_LIFETIME_MAX = 12 * 60 * 60, TOKEN_LIFETIME_DEFAULT = 60 * 60 };

/* What a token shall say. Members that are NULL are filled from the agency's demo staff. */
struct token_order {
	const char *agency;	   /* slug */
	const char *role;	   /* role code, or NULL when `subject` names the person */
	const char *subject;	   /* staff id, or NULL for the first of that role */
	const char *purpose;	   /* purpose of use, or NULL for the role's usual one */
	const char *scope;	   /* or NULL for all that agencies may ask for */
	const char *person_number; /* citizens: the claim `pid` */
	int64_t lifetime;	   /* seconds, 1 … TOKEN_LIFETIME_MAX */
};

/* A signed token and what stands in it. */
struct token {
	const char *agency, *role, *name, *text;
	int64_t expires_at; /* seconds since 1970 */
};

enum issuer_fault { ISSUER_FINE, ISSUER_UNKNOWN, ISSUER_UNREADABLE };

struct issuer {
	const char *directory;
	const json_t *agencies;
};

/* Reads the directory's agencies. False and `*why` when that fails. */
bool issuer_load(struct arena *a, const char *directory, struct issuer *out, const char **why);

/* The agency's entry by slug, or NULL. */
const json_t *issuer_agency(const struct issuer *issuer, const char *slug);

/* The claims of domain description §8.5 for the order at `now`, adopted; NULL and `*why`. */
json_t *issuer_claims(struct arena *a, const struct issuer *issuer, const struct token_order *order,
		      int64_t now, const char **why);

/* Signs a token with the agency's key. `*why` says what is unknown or unreadable. */
enum issuer_fault issuer_token(struct arena *a, const struct issuer *issuer,
			       const struct token_order *order, struct token *out,
			       const char **why);

/* The code list of domain description §4, ended by NULL: "TM", "TL" … */
extern const char *const issuer_roles[];

#endif
