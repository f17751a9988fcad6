#ifndef API_PRINCIPAL_H
#define API_PRINCIPAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Who calls: a verified token joined with the staff register. One block of memory, immutable,
 * shared by the requests that bring the same token. Text members are NULL when they do not apply.
 */
struct principal {
	const char *issuer_id, *subject; /* `sub` of the token */
	const char *agency_id, *agency_slug, *agency_type, *agency_name;
	const char *staff_id, *name, *role, *hpr_number;
	/* PostgreSQL array text "{…}" of the units in which the role is held; its first, the acting
	 * one */
	const char *unit_ids, *unit_id;
	/* patients and relatives: own patient row, hashes of own number */
	const char *citizen_id, *citizen_hashes;
	const char *purpose;	 /* claim of the token, or NULL: purpose.h */
	const char *scope;	 /* what the token grants, in our words, or NULL */
	const char *attestation; /* JSON of the token's national claims */
	const char *generation;	 /* of the registry when it was verified */
	const char *origins;	 /* web origins its agency has registered, by spaces; or NULL */
	/* units a minute from its agency's row, 0 where it says nothing: allowance.h */
	int64_t client_quota, agency_quota;
	const char *jkt, *x5t; /* what the bearer must prove with each request: see proof.h */
	bool citizen, is_health_personnel;
	bool machine;	    /* no person: `subject` and `name` are the client's, staff_id is NULL */
	bool nonce;	    /* the proof must repeat our nonce */
	int64_t window_s;   /* how old the proof may be */
	int64_t expires_at; /* seconds since 1970: the token's end or the membership's, the first */
};

/*
 * A copy in one block of the token cache (token_cache.h), texts included: outlives what `p` points
 * to. The caller gives it back. Never NULL.
 */
struct principal *principal_copy(const struct principal *p);

#endif
