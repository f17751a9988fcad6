/* Hashes that name a key, a token or a certificate. */
#include "auth/thumbprint.h"

#include <stdio.h>
#include <string.h>

#include "auth/random.h"

enum { MEMBER_MAX = 1400, JWK_TEXT_MAX = 3 * MEMBER_MAX };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void thumbprint_bytes(const void *bytes, size_t size, char out[THUMBPRINT_SIZE])
{
	unsigned char hash[RANDOM_SHA256_BYTES + 1] = {0};
	char *at = out;

	random_sha256(bytes, size, hash);
	/* 32 bytes are ten groups of three and two more: the last group gives three characters */
	for (size_t i = 0; i < RANDOM_SHA256_BYTES; i += 3) {
		unsigned group = (unsigned)hash[i] << 16 | (unsigned)hash[i + 1] << 8;

		if (i + 2 < RANDOM_SHA256_BYTES)
			group |= hash[i + 2];
		for (int shift = 18; shift >= 0; shift -= 6)
			*at++ = alphabet[group >> shift & 63];
	}
	out[THUMBPRINT_SIZE - 1] = '\0';
}

bool thumbprint_is_valid(const char *text)
{
	return strspn(text, alphabet) == THUMBPRINT_SIZE - 1 && text[THUMBPRINT_SIZE - 1] == '\0';
}

/* The member's text when nothing in it would have to be escaped, else NULL. */
static const char *member(const json_t *jwk, const char *name)
{
	const char *text = json_string_value(json_object_get(jwk, name));
	size_t len = text == NULL ? 0 : strlen(text);

	return len == 0 || len > MEMBER_MAX || strspn(text, alphabet) != len ? NULL : text;
}

bool thumbprint_jwk(const json_t *jwk, char out[THUMBPRINT_SIZE])
{
	const char *kty = member(jwk, "kty");
	char text[JWK_TEXT_MAX];
	int len = 0;

	if (kty != NULL && strcmp(kty, "EC") == 0) {
		const char *crv = member(jwk, "crv"), *x = member(jwk, "x"), *y = member(jwk, "y");

		if (crv != NULL && x != NULL && y != NULL)
			len = snprintf(text, sizeof(text),
				       "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
				       crv, x, y);
	} else if (kty != NULL && strcmp(kty, "RSA") == 0) {
		const char *e = member(jwk, "e"), *n = member(jwk, "n");

		if (e != NULL && n != NULL)
			len = snprintf(text, sizeof(text),
				       "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", e, n);
	}
	if (len <= 0 || (size_t)len >= sizeof(text))
		return false;
	thumbprint_bytes(text, (size_t)len, out);
	return true;
}
