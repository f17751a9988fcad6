/* From a token's text to a verified identity: the order of checks, and what each refusal says. */
#include "auth/auth.h"

#include <string.h>

#include "auth/claims.h"
#include "auth/random.h"
#include "auth/registry.h"
#include "auth/signature.h"
#include "auth/token.h"

/* Name for the security log, code for the client. */
static const struct {
	const char *name, *code;
} reasons[AUTH_REASON_COUNT] = {
	[AUTH_OK] = {"ok", "ok"},
	[AUTH_MISSING] = {"missing", "missing_token"},
	[AUTH_SCHEME] = {"scheme", "invalid_token"},
	[AUTH_MALFORMED] = {"malformed", "invalid_token"},
	[AUTH_HEADER] = {"header", "invalid_token"},
	[AUTH_ISSUER] = {"issuer", "invalid_token"},
	[AUTH_ALGORITHM] = {"algorithm", "invalid_token"},
	[AUTH_KEY] = {"key", "invalid_token"},
	[AUTH_SIGNATURE] = {"signature", "invalid_token"},
	[AUTH_AUDIENCE] = {"audience", "invalid_token"},
	[AUTH_EXPIRED] = {"expired", "expired_token"},
	[AUTH_NOT_YET] = {"not_yet", "expired_token"},
	[AUTH_LIFETIME] = {"lifetime", "invalid_token"},
	[AUTH_CLAIMS] = {"claims", "invalid_token"},
	[AUTH_ORGANISATION] = {"organisation", "invalid_token"},
	[AUTH_SUPPLIER] = {"supplier", "invalid_token"},
	[AUTH_CLIENT] = {"client", "invalid_token"},
	[AUTH_LEVEL] = {"level", "invalid_token"},
	[AUTH_BINDING] = {"binding", "invalid_token"},
	[AUTH_PROOF] = {"proof", "invalid_dpop_proof"},
	[AUTH_REPLAY] = {"replay", "invalid_dpop_proof"},
	[AUTH_NONCE] = {"nonce", "use_dpop_nonce"},
	[AUTH_CERTIFICATE] = {"certificate", "invalid_token"},
	[AUTH_KEYS_AWAY] = {"keys_away", "unavailable"},
	[AUTH_UNAVAILABLE] = {"unavailable", "unavailable"},
};

const char *auth_reason_code(enum auth_reason reason)
{
	return reasons[reason].code;
}

const char *auth_reason_name(enum auth_reason reason)
{
	return reasons[reason].name;
}

static bool fits_type(const struct issuer *issuer, const struct token *token)
{
	if (token->type == TOKEN_ACCESS)
		return issuer->type_access;
	return token->has_type ? issuer->type_jwt : issuer->type_absent;
}

/* Algorithm, key and signature, all of them the issuer's. */
static enum auth_reason prove(const struct issuer *issuer, const struct token *token)
{
	enum algorithm algorithm = algorithm_find(token->algorithm);

	if (algorithm == ALGORITHM_COUNT || !issuer->algorithms[algorithm])
		return AUTH_ALGORITHM;
	if (!fits_type(issuer, token))
		return AUTH_HEADER;

	const struct key *key = token->kid == NULL ? NULL : jwks_find(&issuer->jwks, token->kid);

	if (key == NULL)
		return issuer->keys_away && token->kid != NULL ? AUTH_KEYS_AWAY : AUTH_KEY;
	if (!jwks_key_fits(key, algorithm))
		return AUTH_ALGORITHM;
	return signature_verify(token, algorithm, key) ? AUTH_OK : AUTH_SIGNATURE;
}

static enum auth_reason judge(const struct auth_request *request, const struct issuer *issuer,
			      const json_t *claims, struct identity *out)
{
	const char *audience = request->audience_override;
	enum auth_reason reason =
		claims_audience(claims, issuer, audience == NULL ? issuer->audience : audience);

	if (reason == AUTH_OK)
		reason = claims_times(claims, issuer, request->now, out);
	if (reason == AUTH_OK)
		reason = claims_identity(request, claims, issuer, out);
	return reason;
}

/* Nothing of it is believed; the issuer's own id and hashes alone can be trusted to be harmless. */
static void leave_trace(const struct auth_request *request, const struct issuer *issuer,
			const struct token *token)
{
	const char *jti = json_string_value(json_object_get(token->claims, "jti"));
	char hash[RANDOM_SHA256_HEX_SIZE];

	if (request->trace == NULL)
		return;
	*request->trace = (struct auth_trace){.kid = arena_dup(request->arena, token->kid)};
	if (issuer != NULL)
		request->trace->issuer_id = arena_dup(request->arena, issuer->id);
	if (jti != NULL) {
		random_sha256_hex(jti, hash);
		request->trace->jti = arena_copy(request->arena, hash, 16);
	}
}

enum auth_reason auth_verify(const struct auth_request *request, const char *token,
			     struct identity *out)
{
	struct token parts;
	struct identity found = {0};
	enum auth_reason reason = token_read(request->arena, token, &parts);

	*out = found;
	if (request->trace != NULL)
		*request->trace = (struct auth_trace){0};
	if (reason != AUTH_OK)
		return reason;

	/* not believed yet: it only chooses whose keys are tried */
	const char *name = json_string_value(json_object_get(parts.claims, "iss"));
	const struct issuer *issuer =
		name == NULL ? NULL : registry_issuer(request->registry, name);

	leave_trace(request, issuer, &parts);
	if (issuer == NULL)
		return AUTH_ISSUER;
	reason = prove(issuer, &parts);
	if (reason == AUTH_OK)
		reason = judge(request, issuer, parts.claims, &found);
	if (reason == AUTH_OK)
		*out = found;
	return reason;
}
