#ifndef AUTH_AGENCY_ENTRY_H
#define AUTH_AGENCY_ENTRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "auth/members.h"
#include "base/arena.h"

/*
 * For which agency an issuer may speak under an organisation number, and on which terms: a row of
 * agency_issuers.
 */
enum demand { DEMAND_FORBIDDEN, DEMAND_OPTIONAL, DEMAND_REQUIRED };

/* The words of SQL for enum demand, ended by NULL; for member_word(). */
extern const char *const demand_words[];

struct scope_rule {
	const char *from;
	struct texts to;
};

struct agency_entry {
	const char *organisation, *agency_id;
	const char *parent;	/* what the legal entity's claim must be, or NULL */
	bool entity;		/* the number is a legal entity's: its places of care too */
	struct texts clients;	/* none: any */
	struct texts suppliers; /* who may act for the agency */
	bool maps_scopes;	/* else the token's scopes are ours */
	size_t rule_count;
	struct scope_rule *rules;
	const char *role_ceiling; /* PostgreSQL array text, or NULL: any role that is held */
	bool user_required;
	struct texts machine_allowed; /* scopes */
	const char *machine_role;
	int dpop; /* enum demand, or -1: the issuer's */
};

/* NULL, or what is wrong with it (a constant). */
const char *agency_entry_read(struct arena *a, const json_t *json, struct agency_entry *out);

#endif
