#ifndef HTTP_GRAMMAR_H
#define HTTP_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Classes of bytes, combined by |. */
enum {
	GRAMMAR_TOKEN = 1, /* RFC 9110, 5.6.2 */
	GRAMMAR_VALUE = 2, /* field value: visible, space, tab, and bytes of UTF-8 */
	GRAMMAR_PATH = 4,  /* RFC 3986: pchar, % and / */
	GRAMMAR_QUERY = 8, /* the same with ? and, as is common, [ and ] */
	GRAMMAR_HOST = 16, /* registered name or IPv4 address */
	GRAMMAR_HEX = 32
};

/* Whether all `len` bytes are of one of the classes. */
bool grammar_all(const char *s, size_t len, unsigned classes);

/* How many bytes at the beginning are of one of the classes. */
size_t grammar_run(const char *s, size_t len, unsigned classes);

/* host[:port] as in Host or an absolute target: a name, an IPv4 address or [IPv6], port to 65535.
 */
bool grammar_is_authority(const char *s, size_t len);

/* A decimal number of 1 to 18 digits and nothing else. */
bool grammar_number(const char *s, size_t len, uint64_t *out);

/* Whether the bytes are `word`, regardless of case. */
bool grammar_is(const char *s, size_t len, const char *word);

/* Whether a comma-separated list names `word`, regardless of case. */
bool grammar_lists(const char *s, size_t len, const char *word);

#endif
