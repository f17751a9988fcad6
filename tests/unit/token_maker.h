#ifndef TESTS_TOKEN_MAKER_H
#define TESTS_TOKEN_MAKER_H

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "auth/base64url.h"
#include "base/arena.h"

/* Makes keys, key sets and signed tokens for tests. A failure of OpenSSL ends the test program. */

static inline void maker_expect(bool fine)
{
	if (!fine)
		abort();
}

static inline EVP_PKEY *maker_rsa(unsigned bits)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);

	maker_expect(key != NULL);
	return key;
}

static inline EVP_PKEY *maker_ec(const char *curve)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);

	maker_expect(key != NULL);
	return key;
}

/* A number of the key as base64url of `size` bytes (0: as many as it needs). */
static inline json_t *maker_number(struct arena *a, EVP_PKEY *key, const char *name, int size)
{
	BIGNUM *n = NULL;
	unsigned char bytes[1024];

	maker_expect(EVP_PKEY_get_bn_param(key, name, &n) == 1);
	size = size == 0 ? BN_num_bytes(n) : size;
	maker_expect(BN_bn2binpad(n, bytes, size) == size);
	BN_free(n);
	return json_string(base64url_encode(a, bytes, (size_t)size));
}

/* The public key as JWK with that kid; other members are for the caller to add. */
static inline json_t *maker_jwk(struct arena *a, EVP_PKEY *key, const char *kid)
{
	json_t *jwk = json_pack("{s:s, s:s}", "kid", kid, "use", "sig");
	int bits = EVP_PKEY_get_bits(key), size = (bits + 7) / 8;

	if (EVP_PKEY_is_a(key, "RSA")) {
		json_object_set_new(jwk, "kty", json_string("RSA"));
		json_object_set_new(jwk, "n", maker_number(a, key, OSSL_PKEY_PARAM_RSA_N, 0));
		json_object_set_new(jwk, "e", maker_number(a, key, OSSL_PKEY_PARAM_RSA_E, 0));
	} else {
		json_object_set_new(jwk, "kty", json_string("EC"));
		json_object_set_new(jwk, "crv", json_sprintf("P-%d", bits));
		json_object_set_new(jwk, "x", maker_number(a, key, OSSL_PKEY_PARAM_EC_PUB_X, size));
		json_object_set_new(jwk, "y", maker_number(a, key, OSSL_PKEY_PARAM_EC_PUB_Y, size));
	}
	return jwk;
}

static inline char *maker_pem(struct arena *a, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;

	maker_expect(PEM_write_bio_PUBKEY(bio, key) == 1);

	long size = BIO_get_mem_data(bio, &bytes);
	char *pem = arena_copy(a, bytes, (size_t)size);

	BIO_free(bio);
	return pem;
}

/* r and s side by side out of DER; returns the size. */
static inline size_t maker_raw(unsigned char *signature, size_t size, int coordinate)
{
	const unsigned char *der = signature;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
	unsigned char raw[2 * 66];

	maker_expect(pair != NULL);
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, coordinate);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + coordinate, coordinate);
	memcpy(signature, raw, 2 * (size_t)coordinate);
	ECDSA_SIG_free(pair);
	return 2 * (size_t)coordinate;
}

/* Signs `text` as the algorithm named ("RS256" … "ES512") says; returns base64url. */
static inline char *maker_sign(struct arena *a, EVP_PKEY *key, const char *algorithm,
			       const char *text)
{
	char digest[8] = "SHA";
	unsigned char signature[1024];
	size_t size = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_context = NULL;

	strncat(digest, algorithm + 2, 3);
	maker_expect(EVP_DigestSignInit_ex(context, &key_context, digest, NULL, NULL, key, NULL) ==
		     1);
	if (algorithm[0] == 'P') {
		EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
	}
	maker_expect(EVP_DigestSign(context, signature, &size, (const unsigned char *)text,
				    strlen(text)) == 1);
	EVP_MD_CTX_free(context);
	if (algorithm[0] == 'E')
		size = maker_raw(signature, size, (EVP_PKEY_get_bits(key) + 7) / 8);
	return base64url_encode(a, signature, size);
}

/* header.payload of two JSON texts */
static inline char *maker_body(struct arena *a, const char *header, const char *claims)
{
	return arena_printf(a, "%s.%s",
			    base64url_encode(a, (const unsigned char *)header, strlen(header)),
			    base64url_encode(a, (const unsigned char *)claims, strlen(claims)));
}

/* The whole token. */
static inline char *maker_token(struct arena *a, EVP_PKEY *key, const char *algorithm,
				const char *header, const char *claims)
{
	char *body = maker_body(a, header, claims);

	return arena_printf(a, "%s.%s", body, maker_sign(a, key, algorithm, body));
}

/* The forgery: HS256 under any bytes as secret. */
static inline char *maker_hmac_token(struct arena *a, const char *secret, const char *header,
				     const char *claims)
{
	char *body = maker_body(a, header, claims);
	unsigned char mac[32];

	HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)body, strlen(body),
	     mac, NULL);
	return arena_printf(a, "%s.%s", body, base64url_encode(a, mac, sizeof(mac)));
}

#endif
