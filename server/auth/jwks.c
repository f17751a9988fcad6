/* Turns the public keys of a JSON Web Key set into OpenSSL keys. */
#include "auth/jwks.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>

#include "auth/base64url.h"

enum {
	RSA_BITS_MIN = 2048,
	RSA_BITS_MAX = 8192,
	RSA_EXPONENT_BITS_MAX = 64,
	MEMBER_MAX = 2048 /* base64url of 8,192 bits is 1,366 characters */
};

static const struct curve {
	const char *name, *group;
	enum key_kind kind;
	size_t size; /* bytes of a coordinate */
} curves[] = {
	{"P-256", "prime256v1", KEY_P256, 32},
	{"P-384", "secp384r1", KEY_P384, 48},
	{"P-521", "secp521r1", KEY_P521, 66},
};

static const char *text_member(const json_t *jwk, const char *name)
{
	const char *s = json_string_value(json_object_get(jwk, name));

	return s == NULL ? "" : s;
}

static unsigned char *number_member(struct arena *a, const json_t *jwk, const char *name,
				    size_t *size)
{
	const json_t *member = json_object_get(jwk, name);
	size_t len = json_string_length(member);

	if (len == 0 || len > MEMBER_MAX)
		return NULL;
	return base64url_decode(a, json_string_value(member), len, size);
}

static void release_key(void *pkey)
{
	EVP_PKEY_free(pkey);
}

/* Takes the builder's parameters as a public key; NULL when OpenSSL refuses them. */
static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	return pkey;
}

static const char *check_rsa(const BIGNUM *n, const BIGNUM *e)
{
	if (n == NULL || e == NULL)
		return "an RSA key is incomplete";
	if (BN_num_bits(n) < RSA_BITS_MIN)
		return "an RSA key has less than 2048 bits";
	if (BN_num_bits(n) > RSA_BITS_MAX || BN_num_bits(e) > RSA_EXPONENT_BITS_MAX)
		return "an RSA key is too large";
	if (!BN_is_odd(n) || !BN_is_odd(e) || BN_is_one(e))
		return "an RSA key is broken";
	return NULL;
}

static const char *rsa_key(struct arena *a, const json_t *jwk, struct key *key)
{
	size_t n_size = 0, e_size = 0;
	unsigned char *n_bytes = number_member(a, jwk, "n", &n_size);
	unsigned char *e_bytes = number_member(a, jwk, "e", &e_size);
	BIGNUM *n = n_bytes == NULL ? NULL : BN_bin2bn(n_bytes, (int)n_size, NULL);
	BIGNUM *e = e_bytes == NULL ? NULL : BN_bin2bn(e_bytes, (int)e_size, NULL);
	const char *why = check_rsa(n, e);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

	key->kind = KEY_RSA;
	if (why == NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key->pkey = key_from("RSA", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	if (why == NULL && key->pkey == NULL)
		why = "an RSA key is broken";
	return why;
}

static const struct curve *find_curve(const char *name)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(curves[i].name, name) == 0)
			return &curves[i];
	return NULL;
}

/* OpenSSL itself refuses a point that is not on the curve; the check adds the point at infinity. */
static bool is_sound(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool sound = context != NULL && EVP_PKEY_public_check(context) == 1;

	EVP_PKEY_CTX_free(context);
	return sound;
}

static const char *ec_key(struct arena *a, const json_t *jwk, struct key *key)
{
	const struct curve *curve = find_curve(text_member(jwk, "crv"));
	size_t x_size = 0, y_size = 0;
	unsigned char *x = number_member(a, jwk, "x", &x_size);
	unsigned char *y = number_member(a, jwk, "y", &y_size);

	if (curve == NULL)
		return "an EC key has a curve that is not supported";
	if (x == NULL || y == NULL || x_size != curve->size || y_size != curve->size)
		return "an EC key has a coordinate of the wrong size";

	unsigned char point[1 + 2 * 66] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

	memcpy(point + 1, x, curve->size);
	memcpy(point + 1 + curve->size, y, curve->size);
	key->kind = curve->kind;
	if (OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) ==
		    1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
					     1 + 2 * curve->size) == 1)
		key->pkey = key_from("EC", build);
	OSSL_PARAM_BLD_free(build);
	if (key->pkey != NULL && is_sound(key->pkey))
		return NULL;
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
	return "an EC key is not a point of its curve";
}

static const char *pem_of(struct arena *a, EVP_PKEY *pkey)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	const char *pem = NULL;

	if (bio != NULL && PEM_write_bio_PUBKEY(bio, pkey) == 1) {
		long len = BIO_get_mem_data(bio, &bytes);

		pem = arena_copy(a, bytes, (size_t)len);
	}
	BIO_free(bio);
	return pem;
}

static bool may_verify(const json_t *jwk)
{
	const json_t *operations = json_object_get(jwk, "key_ops"), *one;
	size_t i;

	if (operations == NULL)
		return true;
	json_array_foreach(operations, i,
			   one) if (json_is_string(one) &&
				    strcmp(json_string_value(one), "verify") == 0) return true;
	return false;
}

/* What the key says about itself, before its numbers are looked at. NULL when it may be used. */
static const char *refuse(const json_t *jwk)
{
	static const char *const secret[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

	if (!json_is_object(jwk))
		return "a key is not an object";
	for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++)
		if (json_object_get(jwk, secret[i]) != NULL)
			return "a key has secret members";
	if (json_object_get(jwk, "use") != NULL && strcmp(text_member(jwk, "use"), "sig") != 0)
		return "a key is not for signatures";
	return may_verify(jwk) ? NULL : "a key is not for verifying";
}

const char *jwks_key(struct arena *a, const json_t *jwk, struct key *out)
{
	const char *why = refuse(jwk), *kty = text_member(jwk, "kty");

	*out = (struct key){.only = ALGORITHM_COUNT};
	if (why != NULL)
		return why;
	if (json_object_get(jwk, "alg") != NULL) {
		out->only = algorithm_find(text_member(jwk, "alg"));
		if (out->only == ALGORITHM_COUNT)
			return "a key is for an algorithm that is not supported";
	}
	if (strcmp(kty, "RSA") == 0)
		why = rsa_key(a, jwk, out);
	else
		why = strcmp(kty, "EC") == 0 ? ec_key(a, jwk, out) : "a key is neither RSA nor EC";
	ERR_clear_error();
	if (why != NULL)
		return why;
	arena_adopt(a, release_key, out->pkey);
	if (out->only < ALGORITHM_COUNT && !jwks_key_fits(out, out->only))
		return "a key does not fit its own algorithm";
	return NULL;
}

static const char *refuse_kid(const json_t *jwk, const struct jwks *set)
{
	const char *kid = text_member(jwk, "kid");

	if (kid[0] == '\0' || strlen(kid) > KID_MAX)
		return "a key has no usable kid";
	return jwks_find(set, kid) != NULL ? "a kid stands twice" : NULL;
}

/* Appends the key to the set, or says why not. */
static const char *add_key(struct arena *a, const json_t *jwk, struct jwks *set)
{
	const char *why = refuse_kid(jwk, set);
	struct key key;

	if (why == NULL)
		why = jwks_key(a, jwk, &key);
	if (why != NULL)
		return why;
	key.pem = pem_of(a, key.pkey);
	if (key.pem == NULL)
		return "a key cannot be written out";
	key.kid = arena_dup(a, text_member(jwk, "kid"));
	set->keys[set->count++] = key;
	return NULL;
}

bool jwks_load(struct arena *a, const json_t *json, struct jwks *out, const char **why)
{
	const json_t *keys = json_object_get(json, "keys"), *jwk;
	size_t i;

	*out = (struct jwks){0};
	if (!json_is_array(keys) || json_array_size(keys) > JWKS_KEYS_MAX)
		return false;
	out->keys = arena_alloc(a, json_array_size(keys) * sizeof(*out->keys));
	json_array_foreach(keys, i, jwk)
	{
		const char *fault = add_key(a, jwk, out);

		if (fault != NULL)
			*why = fault;
	}
	return true;
}

const struct key *jwks_find(const struct jwks *set, const char *kid)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->keys[i].kid, kid) == 0)
			return &set->keys[i];
	return NULL;
}

bool jwks_key_fits(const struct key *key, enum algorithm algorithm)
{
	return algorithm < ALGORITHM_COUNT && algorithm_facts(algorithm)->key == key->kind &&
	       (key->only == ALGORITHM_COUNT || key->only == algorithm);
}
