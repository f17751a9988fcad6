/* Verifies proofs of possession, in the order of HelseID's reference validator. */
#include "auth/dpop.h"

#include <string.h>

#include "auth/random.h"
#include "auth/signature.h"
#include "auth/target.h"
#include "auth/thumbprint.h"
#include "auth/token.h"

enum { JTI_MAX = 255, NONCE_MAX = 128 };

/* Text of 1 … `max` bytes, or NULL. */
static const char *text_claim(const json_t *claims, const char *name, size_t max)
{
	const json_t *claim = json_object_get(claims, name);
	size_t len = json_string_length(claim);

	return len == 0 || len > max ? NULL : json_string_value(claim);
}

static bool is_text(const json_t *claims, const char *name, const char *expected)
{
	const char *text = json_string_value(json_object_get(claims, name));

	return text != NULL && strcmp(text, expected) == 0;
}

/* typ, alg and the key that signs, which must be the token's. */
static bool proves_key(const struct dpop_question *q, const struct token *proof)
{
	const json_t *jwk = json_object_get(proof->header, "jwk");
	const char *alg = json_string_value(json_object_get(proof->header, "alg"));
	enum algorithm algorithm = alg == NULL ? ALGORITHM_COUNT : algorithm_find(alg);
	char thumbprint[THUMBPRINT_SIZE];
	struct key key;

	if (!is_text(proof->header, "typ", "dpop+jwt") || algorithm == ALGORITHM_COUNT ||
	    json_object_get(proof->header, "crit") != NULL)
		return false;
	if (jwks_key(q->arena, jwk, &key) != NULL || !jwks_key_fits(&key, algorithm))
		return false;
	if (!thumbprint_jwk(jwk, thumbprint) || strcmp(thumbprint, q->jkt) != 0)
		return false;
	return signature_verify(proof, algorithm, &key);
}

static bool proves_request(const struct dpop_question *q, const json_t *claims)
{
	const json_t *iat = json_object_get(claims, "iat");
	const char *htu = json_string_value(json_object_get(claims, "htu"));
	char ath[THUMBPRINT_SIZE];
	int64_t made = json_integer_value(iat);

	thumbprint_bytes(q->token, strlen(q->token), ath);
	return is_text(claims, "ath", ath) && is_text(claims, "htm", q->method) && htu != NULL &&
	       target_equal(q->arena, htu, q->target) && json_is_integer(iat) &&
	       made >= q->now - q->window_s && made <= q->now + q->window_s;
}

enum auth_reason dpop_verify(const struct dpop_question *q, struct dpop_proof *out)
{
	struct token proof;
	const char *jti;
	char hash[RANDOM_SHA256_HEX_SIZE];

	*out = (struct dpop_proof){0};
	if (token_split(q->arena, q->proof, &proof) != AUTH_OK || !proves_key(q, &proof) ||
	    !proves_request(q, proof.claims))
		return AUTH_PROOF;
	jti = text_claim(proof.claims, "jti", JTI_MAX);
	if (jti == NULL)
		return AUTH_PROOF;
	random_sha256_hex(arena_printf(q->arena, "%s.%s", q->jkt, jti), hash);
	out->digest = arena_dup(q->arena, hash);
	out->nonce = text_claim(proof.claims, "nonce", NONCE_MAX);
	return AUTH_OK;
}
