/*
 * Fuzzes the readers of raw bytes: a request's head ('H' as first byte) or a chunked body. However
 * the bytes are cut on their way, the judgement must be the same, and what is accepted must lie
 * within what was sent.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/chunk.h"
#include "http/grammar.h"
#include "http/head.h"

enum { INPUT_MAX = 20000 };

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void expect_within(struct span s, int end)
{
	expect(s.at <= (size_t)end && s.len <= (size_t)end - s.at);
}

static void check_accepted(const struct head *h, const char *buf, int end)
{
	expect(end >= 4 && memcmp(buf + end - 4, "\r\n\r\n", 4) == 0);
	expect_within(h->method, end);
	expect_within(h->path, end);
	expect(grammar_all(buf + h->path.at, h->path.len, GRAMMAR_PATH));
	if (h->has_query)
		expect_within(h->query, end);
	for (size_t i = 0; i < h->header_count; i++) {
		expect_within(h->names[i], end);
		expect_within(h->values[i], end);
		expect(h->names[i].len > 0 && buf[h->names[i].at + h->names[i].len] == ':');
		expect(memchr(buf + h->values[i].at, '\n', h->values[i].len) == NULL);
	}
	expect(h->hosts <= 1 && h->lengths <= 1 && h->encodings <= 1);
	expect(!(h->chunked && h->lengths > 0));
}

static void fuzz_head(const char *buf, size_t size)
{
	static struct head whole, cut;
	size_t first = size > 0 ? (unsigned char)buf[0] % size : 0;

	head_clear(&whole);
	head_clear(&cut);

	int at_once = head_scan(&whole, buf, size), in_two = head_scan(&cut, buf, first);

	if (in_two == 0)
		in_two = head_scan(&cut, buf, size);
	/* a head that is refused in pieces may be refused for what was seen first */
	expect(at_once < 0 ? in_two < 0 : at_once == in_two);
	if (at_once < 0)
		expect(whole.code != NULL && whole.detail != NULL && whole.status == -at_once);
	if (at_once > 0)
		check_accepted(&whole, buf, at_once);
}

/* Decodes all, `step` bytes at a time; returns how it ended and what was used. */
static enum chunk_step decode(const char *in, size_t size, size_t step, char *out, size_t *used)
{
	static struct chunk c;
	enum chunk_step what = CHUNK_MORE;
	size_t body = 0;

	c = (struct chunk){.left = 0};
	*used = 0;
	while (*used < size && what != CHUNK_END && what != CHUNK_BAD) {
		size_t n = size - *used < step ? size - *used : step, part, bytes;

		what = chunk_decode(&c, in + *used, n, &part, &bytes);
		expect(part > 0 && part <= n);
		if (what == CHUNK_DATA) {
			expect(bytes <= part);
			memcpy(out + body, in + *used + part - bytes, bytes);
			body += bytes;
		}
		*used += part;
	}
	out[body] = '\0';
	return what;
}

static void fuzz_chunks(const char *in, size_t size)
{
	static char whole[INPUT_MAX + 1], single[INPUT_MAX + 1];
	size_t used_whole, used_single;
	enum chunk_step at_once = decode(in, size, size, whole, &used_whole);
	enum chunk_step by_byte = decode(in, size, 1, single, &used_single);

	expect((at_once == CHUNK_BAD) == (by_byte == CHUNK_BAD));
	expect((at_once == CHUNK_END) == (by_byte == CHUNK_END));
	if (at_once != CHUNK_BAD) {
		expect(used_whole == used_single);
		expect(strcmp(whole, single) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > INPUT_MAX)
		return 0;

	/* a copy of the exact size, so that the sanitizer sees every byte too far */
	char *text = malloc(size - 1);

	if (text == NULL)
		abort();
	memcpy(text, data + 1, size - 1);
	(data[0] == 'H' ? fuzz_head : fuzz_chunks)(text, size - 1);
	free(text);
	return 0;
}
