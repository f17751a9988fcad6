#ifndef AUTH_ORGANISATION_H
#define AUTH_ORGANISATION_H

#include <jansson.h>

#include "auth/auth.h"
#include "auth/registry.h"

/*
 * Which agency a token speaks for, and on which terms: organisation, legal entity, supplier and
 * system user against what the issuer is registered for (interop.md §3.5, rules 1 to 3 and 9).
 * Fills organisation, supplier and agency_id; `*terms` belongs to the registry.
 */
enum auth_reason organisation_find(const struct auth_request *request, const json_t *claims,
				   const struct issuer *issuer, struct identity *out,
				   const struct agency_entry **terms);

#endif
