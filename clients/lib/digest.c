/* Names made of contents, so that the same thing has the same name after a crash. */
#include "lib/digest.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

enum { CHUNK = 64 * 1024 };

static char *as_hex(struct arena *a, const unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_alloc(a, DIGEST_HEX_LENGTH + 1);

	for (size_t i = 0; i < DIGEST_HEX_LENGTH; i++)
		out[i] = digits[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15];
	return out;
}

static void release(void *context)
{
	EVP_MD_CTX_free(context);
}

static EVP_MD_CTX *begin(struct arena *a)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context == NULL)
		return NULL;
	arena_adopt(a, release, context);
	return EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 ? context : NULL;
}

static char *end(struct arena *a, EVP_MD_CTX *context)
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (EVP_DigestFinal_ex(context, hash, NULL) != 1)
		return NULL;
	return as_hex(a, hash);
}

char *digest_bytes(struct arena *a, const void *bytes, size_t size)
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (EVP_Digest(bytes, size, hash, NULL, EVP_sha256(), NULL) != 1)
		memset(hash, 0, sizeof(hash)); /* OpenSSL without SHA-256 cannot be */
	return as_hex(a, hash);
}

char *digest_file(struct arena *a, int fd)
{
	EVP_MD_CTX *context = begin(a);
	char *chunk = arena_alloc(a, CHUNK);
	off_t at = 0;

	while (context != NULL) {
		ssize_t n = pread(fd, chunk, CHUNK, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		if (n == 0)
			return end(a, context);
		EVP_DigestUpdate(context, chunk, (size_t)n);
		at += n;
	}
	errno = ENOMEM;
	return NULL;
}

char *digest_uuid(struct arena *a, const char *text)
{
	char *hex = digest_bytes(a, text, strlen(text));

	hex[12] = '8';
	hex[16] = "89ab"[(hex[16] % 4 + 4) % 4];
	return arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16,
			    hex + 20);
}
