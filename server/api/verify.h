#ifndef API_VERIFY_H
#define API_VERIFY_H

#include "api/request.h"
#include "auth/auth.h"

/*
 * Verifies a token against the registry; read again when the registry may be too old to know its
 * issuer, with keys fetched when it may be too old to know its key. `*generation` is that of the
 * registry which judged, not the database's: else a token signed by a key that was withdrawn since
 * would pass for verified against the present one. `trace` is filled for the log.
 */
enum auth_reason verify_token(struct request *r, const char *token, struct identity *id,
			      struct auth_trace *trace, const char **generation);

#endif
