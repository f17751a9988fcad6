/* Says to browsers which pages may read an answer. */
#include "api/cors.h"

#include <stddef.h>

#include "api/origins.h"
#include "api/principal.h"

/* What a page may send; those that need no permission are not listed. */
static const char sent[] =
	"Authorization, Content-Type, DPoP, Idempotency-Key, If-Match, If-None-Match, "
	"Last-Event-ID, Prefer, X-Purpose-Of-Use, traceparent";

/* What a page may read, beside the few that it always may. */
static const char shown[] =
	"Content-Disposition, Content-Location, Deprecation, DPoP-Nonce, ETag, "
	"Idempotency-Replayed, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, "
	"Retry-After, Sunset, WWW-Authenticate, X-Progress, X-Request-Id, traceparent";

void cors_preflight(struct request *r, const char *allow)
{
	const char *origin = request_header(r, "Origin");

	reply_vary(r, "Access-Control-Request-Method");
	reply_vary(r, "Access-Control-Request-Headers");
	if (origin == NULL || request_header(r, "Access-Control-Request-Method") == NULL ||
	    !origins_known(origin))
		return;
	reply_header(r, "Access-Control-Allow-Methods", allow);
	reply_header(r, "Access-Control-Allow-Headers", sent);
	/* as long as browsers keep it at most */
	reply_header(r, "Access-Control-Max-Age", "7200");
}

void cors_answer(struct request *r)
{
	const char *origin = request_header(r, "Origin");

	reply_vary(r, "Origin");
	if (origin == NULL || request_header_count(r, "Origin") != 1)
		return;
	if (r->principal != NULL ? !origins_listed(r->principal->origins, origin)
				 : !origins_known(origin))
		return;
	reply_header(r, "Access-Control-Allow-Origin", origin);
	reply_header(r, "Access-Control-Expose-Headers", shown);
}
