/* Room 3, first half: who calls. */
#include <string.h>
#include <strings.h>

#include "api/allowance.h"
#include "api/identify.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/purpose.h"
#include "api/room.h"
#include "base/event.h"

static bool refuse(struct request *r, enum auth_reason reason)
{
	const char *code = auth_reason_code(reason);

	if (reason == AUTH_MISSING) {
		reply_header(r, "WWW-Authenticate", "Bearer realm=\"samhandling\"");
	} else {
		allowance_note_refusal(r);
		event(E_TOKEN_REFUSED, "\"request_id\":\"%s\",\"reason\":\"%s\"", r->id,
		      auth_reason_name(reason));
		reply_header(r, "WWW-Authenticate",
			     arena_printf(r->arena,
					  "Bearer realm=\"samhandling\", error=\"invalid_token\", "
					  "error_description=\"%s\"",
					  code));
	}
	return problem(r, code, NULL);
}

/* The token after exactly one "Authorization: Bearer ", or why there is none. */
static enum auth_reason find_token(const struct request *r, const char **token)
{
	const char *header = request_header(r, "Authorization");

	if (header == NULL)
		return AUTH_MISSING;
	if (request_header_count(r, "Authorization") != 1 || strncasecmp(header, "Bearer ", 7) != 0)
		return AUTH_SCHEME;
	*token = header + 7 + strspn(header + 7, " ");
	return **token == '\0' || strpbrk(*token, " \t,") != NULL ? AUTH_SCHEME : AUTH_OK;
}

bool authenticate(struct request *r)
{
	const char *token;

	if (!r->op->secured)
		return true;

	enum auth_reason reason = find_token(r, &token);

	if (reason == AUTH_OK)
		reason = identify(r, token);
	if (reason != AUTH_OK)
		return refuse(r, reason);
	/* identify() has answered when the person is unknown or the database away */
	if (r->principal == NULL)
		return false;
	/* not part of the principal, which outlives the request */
	r->purpose = purpose_of(r->principal, request_header(r, "X-Purpose-Of-Use"));
	return true;
}
