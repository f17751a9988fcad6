#ifndef API_PURPOSE_H
#define API_PURPOSE_H

#include "api/principal.h"

/*
 * The purpose of use of one request: the token's claim, else the header X-Purpose-Of-Use, else what
 * agency type and role are there for (interop.md, rule 6). The header may differ from request to
 * request with the same token. Only codes of domain.md §5.2 are taken from it: NULL for any other
 * text, which then gives no right that needs a purpose. Never the client's own bytes.
 */
const char *purpose_of(const struct principal *p, const char *header);

/* Which of the three it was, for the log: "claim", "header", "default"; "none" without a caller. */
const char *purpose_source(const struct principal *p, const char *header);

#endif
