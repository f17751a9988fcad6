/* Room 3, first half: who calls. */
#include <string.h>
#include <strings.h>

#include "api/allowance.h"
#include "api/identify.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/purpose.h"
#include "api/room.h"
#include "base/config.h"
#include "base/event.h"

static const char algorithms[] = "ES256 ES384 ES512 PS256 PS384 PS512 RS256 RS384 RS512";

/* Where a client learns whose tokens are taken (RFC 9728). */
static const char *metadata_of(struct request *r)
{
	return arena_printf(r->arena, "%s/.well-known/oauth-protected-resource", proof_base(r));
}

/* RFC 6750, 3: no error when no token was sent; then both ways of sending one are named. */
static const char *challenge(struct request *r, enum auth_reason reason)
{
	const char *code = auth_reason_code(reason), *metadata = metadata_of(r);

	if (reason == AUTH_MISSING)
		return arena_printf(r->arena,
				    "Bearer realm=\"samhandling\", resource_metadata=\"%s\", "
				    "DPoP algs=\"%s\"",
				    metadata, algorithms);
	if (reason == AUTH_PROOF || reason == AUTH_REPLAY || reason == AUTH_NONCE)
		return arena_printf(r->arena,
				    "DPoP realm=\"samhandling\", error=\"%s\", algs=\"%s\", "
				    "resource_metadata=\"%s\"",
				    code, algorithms, metadata);
	/* who tries tokens out is told the reason where there is nothing to protect */
	return arena_printf(r->arena,
			    "Bearer realm=\"samhandling\", error=\"invalid_token\", "
			    "error_description=\"%s\", resource_metadata=\"%s\"",
			    config.sandbox ? auth_reason_name(reason) : code, metadata);
}

/* Nothing of a token stands in the log but its kid, and a hash of its id. */
static void report(const struct request *r, enum auth_reason reason, const struct auth_trace *trace)
{
	char kid[256], issuer[256];

	event(E_TOKEN_REFUSED,
	      "\"request_id\":\"%s\",\"reason\":\"%s\",\"issuer\":\"%s\",\"kid\":\"%s\","
	      "\"jti\":\"%s\"",
	      r->id, auth_reason_name(reason),
	      trace->issuer_id == NULL ? "" : event_text(trace->issuer_id, issuer),
	      trace->kid == NULL ? "" : event_text(trace->kid, kid),
	      trace->jti == NULL ? "" : trace->jti);
}

static bool refuse(struct request *r, enum auth_reason reason, const struct auth_trace *trace)
{
	if (reason != AUTH_MISSING)
		report(r, reason, trace);
	/* nobody can tell whether the token is good: that is no refusal of it */
	if (reason == AUTH_KEYS_AWAY)
		return problem(r, "unavailable", "the issuer's keys cannot be fetched");
	if (reason == AUTH_UNAVAILABLE)
		return r->reply.status == 0 && problem(r, "unavailable", NULL);
	if (reason != AUTH_MISSING)
		allowance_note_refusal(r);
	reply_header(r, "WWW-Authenticate", challenge(r, reason));
	return problem(r, auth_reason_code(reason), NULL);
}

/* The token after exactly one "Authorization: Bearer " or "DPoP ", or why there is none. */
static enum auth_reason find_token(const struct request *r, struct credential *out)
{
	const char *header = request_header(r, "Authorization");

	if (header == NULL)
		return AUTH_MISSING;
	out->dpop = strncasecmp(header, "DPoP ", 5) == 0;
	if (request_header_count(r, "Authorization") != 1 ||
	    (!out->dpop && strncasecmp(header, "Bearer ", 7) != 0))
		return AUTH_SCHEME;
	header += out->dpop ? 5 : 7;
	out->token = header + strspn(header, " ");
	return *out->token == '\0' || strpbrk(out->token, " \t,") != NULL ? AUTH_SCHEME : AUTH_OK;
}

bool authenticate(struct request *r)
{
	struct credential credential;
	struct auth_trace trace = {0};

	if (!r->op->secured)
		return true;

	enum auth_reason reason = find_token(r, &credential);

	if (reason == AUTH_OK)
		reason = identify(r, &credential, &trace);
	if (reason != AUTH_OK)
		return refuse(r, reason, &trace);
	/* identify() has answered when the person is unknown or the database away */
	if (r->principal == NULL)
		return false;
	/* not part of the principal, which outlives the request */
	r->purpose = purpose_of(r->principal, request_header(r, "X-Purpose-Of-Use"));
	return true;
}
