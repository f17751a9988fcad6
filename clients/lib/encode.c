/* Texts for bytes: base64url, percent-encoding, random UUIDs. No I/O but the system's randomness.
 */
#include "lib/encode.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *encode_base64url(struct arena *a, const unsigned char *bytes, size_t count)
{
	char *out = arena_alloc(a, count / 3 * 4 + 5);
	size_t n = 0, i;

	for (i = 0; i < count; i += 3) {
		unsigned have = count - i > 2 ? 3 : (unsigned)(count - i);
		unsigned v = (unsigned)bytes[i] << 16;

		v |= have > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
		v |= have > 2 ? bytes[i + 2] : 0;
		for (unsigned k = 0; k <= have; k++)
			out[n++] = alphabet[(v >> (18 - 6 * k)) & 63];
	}
	return out;
}

unsigned char *decode_base64url(struct arena *a, const char *text, size_t *count)
{
	size_t length = strlen(text), n = 0;
	unsigned char *out = arena_alloc(a, length / 4 * 3 + 4);
	unsigned long bits = 0;
	unsigned have = 0;

	if (length % 4 == 1)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		const char *at = strchr(alphabet, text[i]);

		if (at == NULL)
			return NULL;
		bits = (bits << 6 | (unsigned long)(at - alphabet)) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (unsigned char)(bits >> have & 0xff);
		}
	}
	*count = n;
	return out;
}

char *encode_percent(struct arena *a, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, strlen(s) * 3 + 1), *p = out;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (isalnum(c) || strchr("-._~", c) != NULL) {
			*p++ = (char)c;
		} else {
			*p++ = '%';
			*p++ = hex[c >> 4];
			*p++ = hex[c & 15];
		}
	}
	return out;
}

char *encode_random_uuid(struct arena *a)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b)) {
		perror("getrandom");
		abort();
	}
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return arena_printf(a,
			    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
			    b[11], b[12], b[13], b[14], b[15]);
}
