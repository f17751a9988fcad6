/* Thumbprints of callers' certificates. */
#include "auth/certificate.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

enum { BASE64_MAX = 16384 };

bool certificate_of_peer(const void *x509, char out[THUMBPRINT_SIZE])
{
	unsigned char *der = NULL;
	int size = i2d_X509(x509, &der);

	if (size <= 0)
		return false;
	thumbprint_bytes(der, (size_t)size, out);
	OPENSSL_free(der);
	return true;
}

const char *certificate_of_header(struct arena *a, const char *value)
{
	size_t len = strlen(value);
	size_t text = len < 2 ? 0 : len - 2, padding = 0;

	if (text == 0 || text > BASE64_MAX || text % 4 != 0 || value[0] != ':' ||
	    value[len - 1] != ':')
		return NULL;
	while (padding < 2 && value[len - 2 - padding] == '=')
		padding++;
	if (memchr(value + 1, '=', text - padding) != NULL)
		return NULL;

	unsigned char *der = arena_alloc(a, text / 4 * 3);
	int size = EVP_DecodeBlock(der, (const unsigned char *)value + 1, (int)text);

	if (size <= (int)padding)
		return NULL;

	char *out = arena_alloc(a, THUMBPRINT_SIZE);

	thumbprint_bytes(der, (size_t)size - padding, out);
	return out;
}
