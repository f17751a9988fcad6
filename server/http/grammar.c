/* The small words of HTTP's grammar: which bytes may stand where. */
#include "http/grammar.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum {
	T = GRAMMAR_TOKEN,
	V = GRAMMAR_VALUE,
	P = GRAMMAR_PATH | GRAMMAR_QUERY,
	Q = GRAMMAR_QUERY,
	H = GRAMMAR_HOST,
	X = GRAMMAR_HEX
};

static const unsigned char classes_of[256] = {
	['\t'] = V,
	[' '] = V,
	['!'] = T | V | P,
	['"'] = V,
	['#'] = T | V,
	['$'] = T | V | P,
	['%'] = T | V | P,
	['&'] = T | V | P,
	['\''] = T | V | P,
	['('] = V | P,
	[')'] = V | P,
	['*'] = T | V | P,
	['+'] = T | V | P,
	[','] = V | P,
	['-'] = T | V | P | H,
	['.'] = T | V | P | H,
	['/'] = V | P,
	['0' ... '9'] = T | V | P | H | X,
	[':'] = V | P,
	[';'] = V | P,
	['<'] = V,
	['='] = V | P,
	['>'] = V,
	['?'] = V | Q,
	['@'] = V | P,
	['A' ... 'F'] = T | V | P | H | X,
	['G' ... 'Z'] = T | V | P | H,
	['['] = V | Q,
	['\\'] = V,
	[']'] = V | Q,
	['^'] = T | V,
	['_'] = T | V | P | H,
	['`'] = T | V,
	['a' ... 'f'] = T | V | P | H | X,
	['g' ... 'z'] = T | V | P | H,
	['{'] = V,
	['|'] = T | V,
	['}'] = V,
	['~'] = T | V | P,
	[0x80 ... 0xff] = V,
};

size_t grammar_run(const char *s, size_t len, unsigned classes)
{
	size_t n = 0;

	while (n < len && (classes_of[(unsigned char)s[n]] & classes) != 0)
		n++;
	return n;
}

bool grammar_all(const char *s, size_t len, unsigned classes)
{
	return grammar_run(s, len, classes) == len;
}

bool grammar_number(const char *s, size_t len, uint64_t *out)
{
	if (len == 0 || len > 18)
		return false;
	*out = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(s[i] - '0');
	}
	return true;
}

bool grammar_is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(s, word, len) == 0;
}

bool grammar_lists(const char *s, size_t len, const char *word)
{
	const char *end = s + len;

	while (s < end) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		const char *stop = comma != NULL ? comma : end, *last = stop;

		while (s < last && (*s == ' ' || *s == '\t'))
			s++;
		while (last > s && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		if (grammar_is(s, (size_t)(last - s), word))
			return true;
		s = stop + 1;
	}
	return false;
}

/* Length of [IPv6] at the beginning, 0 when there is none. */
static size_t bracketed(const char *s, size_t len)
{
	const char *end = memchr(s, ']', len);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (end == NULL || (size_t)(end - s) > sizeof(text))
		return 0;
	memcpy(text, s + 1, (size_t)(end - s) - 1);
	text[end - s - 1] = '\0';
	return inet_pton(AF_INET6, text, &address) == 1 ? (size_t)(end - s) + 1 : 0;
}

bool grammar_is_authority(const char *s, size_t len)
{
	uint64_t port;
	size_t host;

	if (len == 0)
		return false;
	host = s[0] == '[' ? bracketed(s, len) : grammar_run(s, len, GRAMMAR_HOST);
	if (host == 0 || host > 255)
		return false;
	if (host == len)
		return true;
	return s[host] == ':' && grammar_number(s + host + 1, len - host - 1, &port) &&
	       port <= 65535;
}
