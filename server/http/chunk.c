/* The strict decoder of chunked bodies. Pure: bytes in, pieces of the body out. */
#include "http/chunk.h"

#include <stdbool.h>
#include <string.h>

#include "http/grammar.h"

enum { SIZE_DIGITS_MAX = 8 };

/* A quoted string at the beginning: its length, 0 when it is malformed. */
static size_t quoted(const char *s, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if (s[i] == '"')
			return i + 1;
		if (s[i] == '\\')
			i++;
	}
	return 0;
}

/* *( ";" name [ "=" ( token / quoted-string ) ] ), without the blanks that nobody should send. */
static bool are_extensions(const char *s, size_t len)
{
	while (len > 0) {
		size_t n = s[0] == ';' ? grammar_run(s + 1, len - 1, GRAMMAR_TOKEN) : 0;

		if (n++ == 0)
			return false;
		if (n < len && s[n] == '=') {
			size_t rest = len - ++n;
			size_t value = rest > 0 && s[n] == '"'
					       ? quoted(s + n, rest)
					       : grammar_run(s + n, rest, GRAMMAR_TOKEN);

			if (value == 0)
				return false;
			n += value;
		}
		s += n;
		len -= n;
	}
	return true;
}

static bool read_size(struct chunk *c)
{
	size_t digits = grammar_run(c->line, c->line_len, GRAMMAR_HEX);

	if (digits == 0 || digits > SIZE_DIGITS_MAX)
		return false;
	c->left = 0;
	for (size_t i = 0; i < digits; i++) {
		int d = (unsigned char)c->line[i];

		d = d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10;
		c->left = c->left * 16 + (uint64_t)d;
	}
	c->overhead += c->line_len - digits;
	return c->overhead <= CHUNK_OVERHEAD_MAX &&
	       are_extensions(c->line + digits, c->line_len - digits);
}

/* A trailer is a header line, but never one that would change where messages end. */
static bool is_trailer(struct chunk *c)
{
	static const char *const forbidden[] = {
		"Transfer-Encoding", "Content-Length", "Host",
		"Content-Encoding",  "Trailer",	       "Authorization"};
	size_t name = grammar_run(c->line, c->line_len, GRAMMAR_TOKEN);

	c->overhead += c->line_len + 2;
	if (name == 0 || name == c->line_len || c->line[name] != ':')
		return false;
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (grammar_is(c->line, name, forbidden[i]))
			return false;
	return c->overhead <= CHUNK_OVERHEAD_MAX;
}

/* Whether a byte may come next in the line, so that nobody waits for the end of a hopeless one. */
static bool may_follow(const struct chunk *c, char b)
{
	if (b == '\r')
		return c->line_len > 0 || c->state != CHUNK_SIZE;
	if (c->state == CHUNK_BYTES_END)
		return false;
	return grammar_all(
		&b, 1, c->state == CHUNK_SIZE && c->line_len == 0 ? GRAMMAR_HEX : GRAMMAR_VALUE);
}

/* Gathers a line that ends in CR LF. CHUNK_END: it is there, without them. */
static enum chunk_step take_line(struct chunk *c, const char *in, size_t len, size_t *used)
{
	while (*used < len) {
		char b = in[(*used)++];
		bool after_cr = c->line_len > 0 && c->line[c->line_len - 1] == '\r';

		if (after_cr && b == '\n') {
			c->line_len--;
			return CHUNK_END;
		}
		if (after_cr || c->line_len == CHUNK_LINE_MAX || !may_follow(c, b))
			return CHUNK_BAD;
		c->line[c->line_len++] = b;
	}
	return CHUNK_MORE;
}

/* A whole line is there: what it means. CHUNK_MORE: go on. */
static enum chunk_step end_line(struct chunk *c)
{
	bool empty = c->line_len == 0, fine = empty;

	switch (c->state) {
	case CHUNK_SIZE:
		fine = read_size(c);
		c->state = c->left > 0 ? CHUNK_BYTES : CHUNK_TRAILER;
		break;
	case CHUNK_TRAILER:
		if (empty)
			return CHUNK_END;
		fine = is_trailer(c);
		break;
	default: /* CHUNK_BYTES_END: only CR LF may stand here */
		c->state = CHUNK_SIZE;
		break;
	}
	c->line_len = 0;
	return fine ? CHUNK_MORE : CHUNK_BAD;
}

enum chunk_step chunk_decode(struct chunk *c, const char *in, size_t len, size_t *used,
			     size_t *size)
{
	*used = 0;
	while (*used < len) {
		if (c->state == CHUNK_BYTES) {
			size_t there = len - *used;

			*size = there < c->left ? there : (size_t)c->left;
			c->left -= *size;
			*used += *size;
			if (c->left == 0)
				c->state = CHUNK_BYTES_END;
			return CHUNK_DATA;
		}

		enum chunk_step step = take_line(c, in, len, used);

		if (step == CHUNK_END)
			step = end_line(c);
		else if (step == CHUNK_MORE)
			return CHUNK_MORE;
		if (step != CHUNK_MORE)
			return step;
	}
	return CHUNK_MORE;
}
