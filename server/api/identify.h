#ifndef API_IDENTIFY_H
#define API_IDENTIFY_H

#include "api/request.h"
#include "auth/auth.h"

/*
 * Token → principal, from the cache or by verifying it and asking the staff register. AUTH_OK with
 * r->principal NULL means that the refusal (403 unknown_staff, 429, 503) is already answered.
 */
enum auth_reason identify(struct request *r, const char *token);

/* Forgets all verified tokens; when the registry has changed. */
void identify_forget(void);
bool identify_start(void);
void identify_stop(void);

#endif
