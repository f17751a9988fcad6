#ifndef API_IDENTIFY_H
#define API_IDENTIFY_H

#include "api/request.h"
#include "api/proof.h"
#include "auth/auth.h"

/*
 * Token → principal, from the cache or by verifying it and asking the staff register; and whether
 * the sender has proven what the token wants proven. AUTH_OK with r->principal NULL means that the
 * refusal (403 unknown_staff or unknown_role, 429, 503) is already answered. `trace` tells the log
 * about a token that is refused.
 */
enum auth_reason identify(struct request *r, const struct credential *credential,
			  struct auth_trace *trace);

/*
 * Reads the registry again, as trust_reload() does, and forgets all verified tokens: keys may have
 * gone.
 */
bool identify_anew(char why[256]);
bool identify_start(void);
void identify_stop(void);

#endif
