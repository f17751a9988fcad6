#ifndef AUTH_RANDOM_H
#define AUTH_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Random numbers, the ids made of them, and SHA-256. Thread-safe. A random generator that fails
 * ends the process: nothing safe can be done without it.
 */
enum {
	RANDOM_UUID_SIZE = 37,	  /* 36 characters and NUL */
	RANDOM_RECEIPT_SIZE = 31, /* 26 characters, four hyphens and NUL */
	RANDOM_RECEIPT_BYTES = 16,
	RANDOM_SHA256_BYTES = 32,
	RANDOM_SHA256_HEX_SIZE = 65
};

/* `size` bytes that nobody can guess. */
void random_bytes(void *out, size_t size);

/* A random UUID (version 4, RFC 9562). */
void random_uuid(char out[RANDOM_UUID_SIZE]);

/* A UUID that sorts by the time of its making, to the millisecond (version 7). */
void random_uuid_v7(char out[RANDOM_UUID_SIZE]);

/*
 * A receipt of 128 random bits that people can read aloud and type: Crockford's base 32 in groups,
 * "3ZK8Q-V0M4T-…". random_receipt_of() writes bytes that the caller has derived.
 */
void random_receipt(char out[RANDOM_RECEIPT_SIZE]);
void random_receipt_of(const unsigned char bytes[RANDOM_RECEIPT_BYTES],
		       char out[RANDOM_RECEIPT_SIZE]);

/*
 * A receipt as somebody typed it, in the form in which it was given out: small letters, missing
 * hyphens, spaces, O for 0, I and L for 1 are understood. False when it cannot be one.
 */
bool random_receipt_read(const char *typed, char out[RANDOM_RECEIPT_SIZE]);

/* SHA-256 of `size` bytes. */
void random_sha256(const void *bytes, size_t size, unsigned char out[RANDOM_SHA256_BYTES]);

/* SHA-256 of a string as 64 small hexadecimal digits. */
void random_sha256_hex(const char *text, char out[RANDOM_SHA256_HEX_SIZE]);

/* `size` bytes as small hexadecimal digits and NUL; `out` holds 2 * size + 1. */
void random_hex(const unsigned char *bytes, size_t size, char *out);

#endif
