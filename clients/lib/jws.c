/* Signs tokens with OpenSSL: libjwt 1.10 knows neither PS256 nor a key without a PEM round trip. */
#include "lib/jws.h"

#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "lib/encode.h"
#include "lib/member.h"

struct algorithm {
	const char *name, *digest, *key_type;
	int padding;	/* RSA only */
	int coordinate; /* EC only: bytes of r and of s */
};

static const struct algorithm algorithms[] = {
	{"ES256", "SHA256", "EC", 0, 32},
	{"ES384", "SHA384", "EC", 0, 48},
	{"ES512", "SHA512", "EC", 0, 66},
	{"RS256", "SHA256", "RSA", RSA_PKCS1_PADDING, 0},
	{"RS384", "SHA384", "RSA", RSA_PKCS1_PADDING, 0},
	{"RS512", "SHA512", "RSA", RSA_PKCS1_PADDING, 0},
	{"PS256", "SHA256", "RSA", RSA_PKCS1_PSS_PADDING, 0},
	{"PS384", "SHA384", "RSA", RSA_PKCS1_PSS_PADDING, 0},
	{"PS512", "SHA512", "RSA", RSA_PKCS1_PSS_PADDING, 0},
};

static const struct algorithm *algorithm_for(const struct jwk *key)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		const struct algorithm *alg = &algorithms[i];

		if (strcmp(alg->name, key->algorithm) != 0 ||
		    !EVP_PKEY_is_a(key->key, alg->key_type))
			continue;
		/* RFC 7518 ties each ES algorithm to one curve */
		if (alg->coordinate == 0 ||
		    (EVP_PKEY_get_bits(key->key) + 7) / 8 == alg->coordinate)
			return alg;
	}
	return NULL;
}

static unsigned char *digest_sign(struct arena *a, const struct jwk *key,
				  const struct algorithm *alg, const char *input, size_t *size)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const unsigned char *bytes = (const unsigned char *)input;
	EVP_PKEY_CTX *key_context = NULL;
	unsigned char *signature = NULL;
	bool ready = EVP_DigestSignInit_ex(context, &key_context, alg->digest, NULL, NULL, key->key,
					   NULL) == 1;

	if (ready && alg->padding != 0)
		ready = EVP_PKEY_CTX_set_rsa_padding(key_context, alg->padding) == 1;
	if (ready && alg->padding == RSA_PKCS1_PSS_PADDING)
		ready = EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1;
	if (ready && EVP_DigestSign(context, NULL, size, bytes, strlen(input)) == 1) {
		signature = arena_alloc(a, *size);
		if (EVP_DigestSign(context, signature, size, bytes, strlen(input)) != 1)
			signature = NULL;
	}
	EVP_MD_CTX_free(context);
	return signature;
}

/* OpenSSL gives an ECDSA signature in DER, JWS wants r and s side by side (RFC 7518 §3.4). */
static unsigned char *from_der(struct arena *a, const unsigned char *der, size_t *size,
			       int coordinate)
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)*size);
	unsigned char *out = arena_alloc(a, 2 * (size_t)coordinate);
	bool fits =
		pair != NULL &&
		BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, coordinate) == coordinate &&
		BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + coordinate, coordinate) == coordinate;

	ECDSA_SIG_free(pair);
	*size = 2 * (size_t)coordinate;
	return fits ? out : NULL;
}

static char *part(struct arena *a, const json_t *json)
{
	const char *text = member_dump(a, json, JSON_COMPACT);

	return encode_base64url(a, (const unsigned char *)text, strlen(text));
}

char *jws_sign(struct arena *a, const struct jwk *key, const json_t *claims, const char **why)
{
	const struct algorithm *alg = algorithm_for(key);
	unsigned char *signature;
	const char *input;
	json_t *header;
	size_t size;

	if (alg == NULL) {
		*why = arena_printf(a, "algorithm '%s' does not fit the key", key->algorithm);
		return NULL;
	}
	header = json_pack("{s:s,s:s,s:s}", "alg", alg->name, "typ", "JWT", "kid", key->kid);
	input = arena_printf(a, "%s.%s", part(a, header), part(a, claims));
	json_decref(header);
	signature = digest_sign(a, key, alg, input, &size);
	if (signature != NULL && alg->coordinate != 0)
		signature = from_der(a, signature, &size, alg->coordinate);
	if (signature == NULL) {
		*why = "OpenSSL did not sign";
		return NULL;
	}
	return arena_printf(a, "%s.%s", input, encode_base64url(a, signature, size));
}
