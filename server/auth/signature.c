/* The one place where a signature is verified. */
#include "auth/signature.h"

#include <jwt.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

/*
 * libjwt verifies with whatever algorithm the token names, so what it used is compared with what
 * was asked for.
 */
static bool by_libjwt(const struct token *token, enum algorithm algorithm, const struct key *key)
{
	const char *name = algorithm_facts(algorithm)->name;
	jwt_t *jwt = NULL;
	bool fine = jwt_decode(&jwt, token->text, (const unsigned char *)key->pem,
			       (int)strlen(key->pem)) == 0;

	fine = fine && strcmp(jwt_alg_str(jwt_get_alg(jwt)), name) == 0;
	jwt_free(jwt);
	return fine;
}

/* A JWS carries r and s side by side, OpenSSL wants them as DER. NULL when that cannot be made. */
static unsigned char *der_of(const struct token *token, size_t coordinate, size_t *size)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(token->signature, (int)coordinate, NULL);
	BIGNUM *s = BN_bin2bn(token->signature + coordinate, (int)coordinate, NULL);
	unsigned char *der = NULL;

	if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
		int len = i2d_ECDSA_SIG(pair, &der);

		*size = len > 0 ? (size_t)len : 0;
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(pair);
	return der;
}

static bool set_padding(EVP_PKEY_CTX *context, enum scheme scheme)
{
	if (scheme != SCHEME_PSS)
		return true;
	/* RFC 7518 §3.5: the salt is as long as the digest */
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static bool by_openssl(const struct token *token, enum algorithm algorithm, const struct key *key)
{
	const struct algorithm_facts *facts = algorithm_facts(algorithm);
	const unsigned char *signature = token->signature;
	size_t size = token->signature_size;
	unsigned char *der = NULL;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_context = NULL;

	if (facts->scheme == SCHEME_ECDSA) {
		der = der_of(token, facts->coordinate, &size);
		signature = der;
	}

	bool fine = signature != NULL && context != NULL &&
		    EVP_DigestVerifyInit_ex(context, &key_context, facts->digest, NULL, NULL,
					    key->pkey, NULL) == 1 &&
		    set_padding(key_context, facts->scheme) &&
		    EVP_DigestVerify(context, signature, size, (const unsigned char *)token->text,
				     token->signed_size) == 1;

	EVP_MD_CTX_free(context);
	OPENSSL_free(der);
	return fine;
}

bool signature_verify(const struct token *token, enum algorithm algorithm, const struct key *key)
{
	const struct algorithm_facts *facts = algorithm_facts(algorithm);
	size_t expected = facts->scheme == SCHEME_ECDSA ? 2 * facts->coordinate
							: (size_t)EVP_PKEY_get_size(key->pkey);

	if (token->signature_size != expected)
		return false;

	bool plain = token->type == TOKEN_PLAIN && facts->scheme != SCHEME_PSS;
	bool fine = plain ? by_libjwt(token, algorithm, key) : by_openssl(token, algorithm, key);

	/* a failure leaves notes in this thread's error queue */
	ERR_clear_error();
	return fine;
}
