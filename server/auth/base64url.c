/* Base64url without padding, strict in what it accepts. */
#include "auth/base64url.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* 0 … 63, or -1 */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

unsigned char *base64url_decode(struct arena *a, const char *text, size_t len, size_t *size)
{
	if (len % 4 == 1)
		return NULL;

	unsigned char *bytes = arena_alloc(a, len / 4 * 3 + 3);
	uint32_t bits = 0;
	unsigned held = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i]);

		if (value < 0)
			return NULL;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[n++] = (unsigned char)(bits >> held);
			bits &= (1u << held) - 1;
		}
	}
	*size = n;
	return bits == 0 ? bytes : NULL;
}

char *base64url_encode(struct arena *a, const unsigned char *bytes, size_t size)
{
	char *text = arena_alloc(a, (size + 2) / 3 * 4 + 1);
	uint32_t bits = 0;
	unsigned held = 0;
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffff;
		held += 8;
		while (held >= 6) {
			held -= 6;
			text[n++] = alphabet[bits >> held & 63];
		}
	}
	if (held > 0)
		text[n++] = alphabet[bits << (6 - held) & 63];
	return text;
}
