/* Random bytes, UUIDs, receipts and SHA-256, all from OpenSSL. */
#include "auth/random.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum { RECEIPT_CHARACTERS = 26, RECEIPT_GROUP = 5, RECEIPT_HYPHENS = 4 };

_Noreturn static void give_up(const char *why)
{
	fprintf(stderr, "{\"level\":\"fatal\",\"event\":\"random\",\"reason\":\"%s\"}\n", why);
	abort();
}

void random_bytes(void *out, size_t size)
{
	if (size > INT32_MAX || RAND_bytes(out, (int)size) != 1)
		give_up("no random bytes");
}

void random_hex(const unsigned char *bytes, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * size] = '\0';
}

static void write_uuid(unsigned char bytes[16], int version, char out[RANDOM_UUID_SIZE])
{
	static const size_t groups[] = {4, 2, 2, 2, 6};

	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | version << 4);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 5; i++) {
		random_hex(bytes, groups[i], out);
		bytes += groups[i];
		out += 2 * groups[i];
		if (i < 4)
			*out++ = '-';
	}
}

void random_uuid(char out[RANDOM_UUID_SIZE])
{
	unsigned char bytes[16];

	random_bytes(bytes, sizeof(bytes));
	write_uuid(bytes, 4, out);
}

void random_uuid_v7(char out[RANDOM_UUID_SIZE])
{
	unsigned char bytes[16];
	uint64_t ms = (uint64_t)clock_real_ms();

	random_bytes(bytes + 6, sizeof(bytes) - 6);
	for (int i = 5; i >= 0; i--, ms >>= 8)
		bytes[i] = (unsigned char)ms;
	write_uuid(bytes, 7, out);
}

void random_receipt_of(const unsigned char bytes[RANDOM_RECEIPT_BYTES],
		       char out[RANDOM_RECEIPT_SIZE])
{
	uint32_t bits = 0;
	unsigned held = 2; /* 26 characters are 130 bits: two zeros come first */
	size_t next = 0;

	for (size_t i = 0; i < RECEIPT_CHARACTERS; i++) {
		if (held < 5) {
			bits = bits << 8 | bytes[next++];
			held += 8;
		}
		held -= 5;
		if (i > 0 && i % RECEIPT_GROUP == 0 && i / RECEIPT_GROUP <= RECEIPT_HYPHENS)
			*out++ = '-';
		*out++ = crockford[bits >> held & 31];
		bits &= (1u << held) - 1;
	}
	*out = '\0';
}

void random_receipt(char out[RANDOM_RECEIPT_SIZE])
{
	unsigned char bytes[RANDOM_RECEIPT_BYTES];

	random_bytes(bytes, sizeof(bytes));
	random_receipt_of(bytes, out);
}

/* The character that was meant, or NUL. */
static char meant(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	if (c == 'I' || c == 'L')
		return '1';
	return c != '\0' && strchr(crockford, c) != NULL ? c : '\0';
}

bool random_receipt_read(const char *typed, char out[RANDOM_RECEIPT_SIZE])
{
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		char c = meant(*typed);

		if (*typed == ' ' || *typed == '-')
			continue;
		if (c == '\0' || n == RECEIPT_CHARACTERS)
			return false;
		if (n > 0 && n % RECEIPT_GROUP == 0 && n / RECEIPT_GROUP <= RECEIPT_HYPHENS)
			*out++ = '-';
		*out++ = c;
		n++;
	}
	*out = '\0';
	return n == RECEIPT_CHARACTERS;
}

static EVP_MD *sha256;

static void fetch_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha256 == NULL)
		give_up("no SHA-256");
}

void random_sha256(const void *bytes, size_t size, unsigned char out[RANDOM_SHA256_BYTES])
{
	/* fetching for each call takes a lock that all threads share */
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fetch_sha256);
	if (EVP_Digest(bytes, size, out, NULL, sha256, NULL) != 1)
		give_up("SHA-256 failed");
}

void random_sha256_hex(const char *text, char out[RANDOM_SHA256_HEX_SIZE])
{
	unsigned char digest[RANDOM_SHA256_BYTES];

	random_sha256(text, strlen(text), digest);
	random_hex(digest, sizeof(digest), out);
}
