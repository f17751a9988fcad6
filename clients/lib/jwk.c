/* JSON Web Keys that sign: made, read, published. Key material never enters a message. */
#include "lib/jwk.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#include "lib/encode.h"
#include "lib/file.h"
#include "lib/member.h"

enum { RSA_BITS_MIN = 2048, COORDINATE_MAX = 66 };

static const struct curve {
	const char *name, *algorithm;
	size_t size; /* bytes of one coordinate */
} curves[] = {
	{"P-256", "ES256", 32},
	{"P-384", "ES384", 48},
	{"P-521", "ES512", 66},
};

static const struct member {
	const char *jwk, *openssl;
} rsa_members[] = {
	{"n", OSSL_PKEY_PARAM_RSA_N},	       {"e", OSSL_PKEY_PARAM_RSA_E},
	{"d", OSSL_PKEY_PARAM_RSA_D},	       {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
	{"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
	{"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

enum { RSA_NEEDED = 3, RSA_MEMBERS = sizeof(rsa_members) / sizeof(*rsa_members) };

static void release_key(void *key)
{
	EVP_PKEY_free(key);
}

static const struct curve *curve_named(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(curves) / sizeof(*curves); i++)
		if (strcmp(curves[i].name, name) == 0)
			return &curves[i];
	return NULL;
}

static BIGNUM *number(struct arena *a, const json_t *json, const char *name)
{
	const char *text = member_text(json, name);
	unsigned char *bytes;
	size_t count;

	if (text == NULL)
		return NULL;
	bytes = decode_base64url(a, text, &count);
	return bytes == NULL ? NULL : BN_bin2bn(bytes, (int)count, NULL);
}

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1)
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *ec_key(struct arena *a, const json_t *json, const struct curve *curve)
{
	unsigned char point[1 + 2 * COORDINATE_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
	BIGNUM *x = number(a, json, "x"), *y = number(a, json, "y"), *d = number(a, json, "d");
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	int size = (int)curve->size;
	EVP_PKEY *key = NULL;

	if (x != NULL && y != NULL && d != NULL && BN_bn2binpad(x, point + 1, size) == size &&
	    BN_bn2binpad(y, point + 1 + size, size) == size &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve->name, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
					     1 + 2 * curve->size) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d))
		key = key_from("EC", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(x);
	BN_free(y);
	BN_clear_free(d);
	return key;
}

static EVP_PKEY *rsa_key(struct arena *a, const json_t *json)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *numbers[RSA_MEMBERS] = {NULL};
	EVP_PKEY *key = NULL;
	bool whole = true;

	for (size_t i = 0; i < RSA_MEMBERS; i++) {
		numbers[i] = number(a, json, rsa_members[i].jwk);
		if (numbers[i] != NULL)
			OSSL_PARAM_BLD_push_BN(build, rsa_members[i].openssl, numbers[i]);
		else if (i < RSA_NEEDED)
			whole = false;
	}
	if (whole)
		key = key_from("RSA", build);
	if (key != NULL && EVP_PKEY_get_bits(key) < RSA_BITS_MIN) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	OSSL_PARAM_BLD_free(build);
	for (size_t i = 0; i < RSA_MEMBERS; i++)
		BN_clear_free(numbers[i]);
	return key;
}

const char *jwk_thumbprint(struct arena *a, const json_t *jwk)
{
	const char *kty = member_text(jwk, "kty");
	unsigned char digest[SHA256_DIGEST_LENGTH];
	const char *text = NULL;

	if (kty != NULL && strcmp(kty, "EC") == 0 && member_text(jwk, "crv") != NULL &&
	    member_text(jwk, "x") != NULL && member_text(jwk, "y") != NULL)
		text = arena_printf(a, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
				    member_text(jwk, "crv"), member_text(jwk, "x"),
				    member_text(jwk, "y"));
	else if (kty != NULL && strcmp(kty, "RSA") == 0 && member_text(jwk, "e") != NULL &&
		 member_text(jwk, "n") != NULL)
		text = arena_printf(a, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
				    member_text(jwk, "e"), member_text(jwk, "n"));
	if (text == NULL)
		return NULL;
	SHA256((const unsigned char *)text, strlen(text), digest);
	return encode_base64url(a, digest, sizeof(digest));
}

bool jwk_from_json(struct arena *a, const json_t *json, struct jwk *out, const char **why)
{
	const char *kty = member_text(json, "kty"), *kid = member_text(json, "kid");
	const struct curve *curve = curve_named(member_text(json, "crv"));
	const char *algorithm = "RS256";

	*out = (struct jwk){.key = NULL};
	if (kty != NULL && strcmp(kty, "EC") == 0 && curve != NULL) {
		out->key = ec_key(a, json, curve);
		algorithm = curve->algorithm;
	} else if (kty != NULL && strcmp(kty, "RSA") == 0) {
		out->key = rsa_key(a, json);
	}
	if (out->key == NULL) {
		*why = "not a private EC key (P-256, P-384, P-521) or RSA key of 2048 bits";
		return false;
	}
	arena_adopt(a, release_key, out->key);
	out->kid = kid != NULL ? arena_dup(a, kid) : jwk_thumbprint(a, json);
	out->algorithm = member_text(json, "alg") != NULL ? arena_dup(a, member_text(json, "alg"))
							  : algorithm;
	return true;
}

bool jwk_load(struct arena *a, const char *path, struct jwk *out, const char **why)
{
	json_t *json = file_read_json(a, path, why);

	if (json == NULL)
		return false;
	if (jwk_from_json(a, json, out, why))
		return true;
	*why = arena_printf(a, "'%s': %s", path, *why);
	return false;
}

static char *coordinate(struct arena *a, const EVP_PKEY *key, const char *name)
{
	unsigned char bytes[COORDINATE_MAX];
	int size = (int)curves[0].size;
	BIGNUM *n = NULL;
	char *text = NULL;

	if (EVP_PKEY_get_bn_param(key, name, &n) == 1 && BN_bn2binpad(n, bytes, size) == size)
		text = encode_base64url(a, bytes, curves[0].size);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	BN_clear_free(n);
	return text;
}

json_t *jwk_generate(struct arena *a, const char *kid, const char **why)
{
	EVP_PKEY *key = EVP_EC_gen(curves[0].name);
	const char *x, *y, *d;
	json_t *jwk;

	if (key == NULL) {
		*why = "OpenSSL made no key";
		return NULL;
	}
	arena_adopt(a, release_key, key);
	x = coordinate(a, key, OSSL_PKEY_PARAM_EC_PUB_X);
	y = coordinate(a, key, OSSL_PKEY_PARAM_EC_PUB_Y);
	d = coordinate(a, key, OSSL_PKEY_PARAM_PRIV_KEY);
	jwk = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "kty", "EC", "crv", curves[0].name, "x", x,
			"y", y, "d", d, "alg", curves[0].algorithm, "use", "sig");
	if (jwk == NULL) {
		*why = "OpenSSL made no usable key";
		return NULL;
	}
	member_keep(a, jwk);
	json_object_set_new(jwk, "kid", json_string(kid != NULL ? kid : jwk_thumbprint(a, jwk)));
	return jwk;
}

json_t *jwk_public(struct arena *a, const json_t *private_jwk)
{
	static const char *const members[] = {"kty", "crv", "x",   "y",	 "n",
					      "e",   "kid", "alg", "use"};
	json_t *jwk = json_object();

	member_keep(a, jwk);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (json_object_get(private_jwk, members[i]) != NULL)
			json_object_set(jwk, members[i], json_object_get(private_jwk, members[i]));
	return jwk;
}
