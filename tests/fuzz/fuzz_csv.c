/*
 * Fuzzes the reader of CSV: the first byte chooses the delimiter, the second how large the pieces
 * are in which the rest arrives. Records must be the same whatever the pieces, and the same again
 * when their cells are written as CSV.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "domain/csv.h"

enum { INPUT_MAX = 100 * 1000, KEPT_MAX = 4 * INPUT_MAX };

/* The records that are well-formed: of each the number of its cells, and they, ended by NUL. */
struct kept {
	size_t size, malformed;
	char text[KEPT_MAX];
};

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void take(const struct csv *c, enum csv_step step, struct kept *k)
{
	if (step == CSV_BAD) {
		expect(c->fault != NULL && *c->fault != '\0');
		k->malformed++;
		return;
	}
	expect(c->fault == NULL && c->cell_count > 0 && c->cell_count <= CSV_CELLS_MAX);
	k->text[k->size++] = (char)c->cell_count;
	for (size_t i = 0; i < c->cell_count; i++) {
		size_t len = strlen(csv_cell(c, i)) + 1;

		expect(k->size + len < KEPT_MAX);
		memcpy(k->text + k->size, csv_cell(c, i), len);
		k->size += len;
	}
}

static void read_all(char delimiter, const char *in, size_t len, size_t piece, struct kept *k)
{
	static struct csv c;
	enum csv_step step;

	memset(&c, 0, sizeof(c));
	c.delimiter = delimiter;
	k->size = k->malformed = 0;
	for (size_t at = 0, used = 0; at < len; at += used) {
		size_t n = len - at < piece ? len - at : piece;

		step = csv_read(&c, in + at, n, &used);
		expect(used > 0 && used <= n && (step != CSV_MORE || used == n));
		if (step != CSV_MORE)
			take(&c, step, k);
	}
	step = csv_end(&c);
	if (step != CSV_MORE)
		take(&c, step, k);
}

/* One cell in quotes; gives where its text ends. */
static const char *write_cell(const char *text, char **out)
{
	*(*out)++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"')
			*(*out)++ = '"';
		*(*out)++ = *text;
	}
	*(*out)++ = '"';
	return text + 1;
}

static size_t write_all(const struct kept *k, char delimiter, char *out)
{
	char *end = out;

	for (const char *at = k->text; at < k->text + k->size;) {
		unsigned cells = (unsigned char)*at++;

		while (cells-- > 0) {
			at = write_cell(at, &end);
			*end++ = cells > 0 ? delimiter : '\n';
		}
	}
	return (size_t)(end - out);
}

static bool same(const struct kept *a, const struct kept *b)
{
	return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kept whole, pieces, again;
	static char text[3 * KEPT_MAX];

	if (size < 2 || size > INPUT_MAX)
		return 0;

	const char delimiter = ";,\t|"[data[0] % 4], *in = (const char *)data + 2;

	read_all(delimiter, in, size - 2, size, &whole);
	read_all(delimiter, in, size - 2, 1 + data[1] % 16, &pieces);
	expect(same(&whole, &pieces) && whole.malformed == pieces.malformed);
	read_all(delimiter, text, write_all(&whole, delimiter, text), SIZE_MAX, &again);
	expect(same(&whole, &again) && again.malformed == 0);
	return 0;
}
