/* domain/csv: records, whole and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "domain/csv.h"

/* The records as text, "[cell|cell]" each, and "!fault" for malformed ones. */
static void note(const struct csv *c, enum csv_step step, char *out)
{
	if (step == CSV_BAD) {
		sprintf(out + strlen(out), "!%s", c->fault);
	} else if (step == CSV_RECORD) {
		strcat(out, "[");
		for (size_t i = 0; i < c->cell_count; i++)
			sprintf(out + strlen(out), "%s%s", i > 0 ? "|" : "", csv_cell(c, i));
		strcat(out, "]");
	}
}

static void read_all(const char *in, size_t len, size_t piece, char *out)
{
	struct csv *c = calloc(1, sizeof(*c));

	c->delimiter = ';';
	*out = '\0';
	for (size_t at = 0; at < len;) {
		size_t n = len - at < piece ? len - at : piece, used;
		enum csv_step step = csv_read(c, in + at, n, &used);

		assert_true(used > 0 && used <= n);
		note(c, step, out);
		at += used;
	}
	note(c, csv_end(c), out);
	free(c);
}

static const struct {
	const char *in, *out;
} rows[] = {
	{"", ""},
	{"a;b\n", "[a|b]"},
	{"a;b\r\nc;d\r\n", "[a|b][c|d]"},
	{"a;b", "[a|b]"},
	{";\n", "[|]"},
	{"\n", "[]"},
	{"\"a;b\";c\n", "[a;b|c]"},
	{"\"a\"\"b\"\n", "[a\"b]"},
	{"\"a\nb\";c\n", "[a\nb|c]"},
	{"\"\";\"\"\n", "[|]"},
	{"a\"b\nc\n", "!has a quote that is not around a whole cell[c]"},
	{"\"a\"b;x\nc\n", "!has a quote that is not around a whole cell[c]"},
	{"a\rb\nc\n", "!has a CR without LF[c]"},
	{"\"a", "!has a quote that is never closed"},
};

static void test_records(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece < 20; piece += 6) {
			read_all(rows[i].in, strlen(rows[i].in), piece, out);
			assert_string_equal(out, rows[i].out);
		}
}

static void test_a_nul_is_a_fault(void **state)
{
	char out[512];

	(void)state;
	read_all("a\0b\nc\n", 6, 3, out);
	assert_string_equal(out, "!holds a NUL byte[c]");
}

static void test_limits(void **state)
{
	char *in = malloc(CSV_RECORD_MAX + 3), *out = malloc(2 * CSV_RECORD_MAX);
	char cells[2 * CSV_CELLS_MAX + 2];

	(void)state;
	memset(in, 'x', CSV_RECORD_MAX + 2);
	in[CSV_RECORD_MAX] = '\n';
	read_all(in, CSV_RECORD_MAX + 1, 4096, out);
	assert_int_equal(strlen(out), CSV_RECORD_MAX + 2);
	in[CSV_RECORD_MAX] = 'x';
	in[CSV_RECORD_MAX + 1] = '\n';
	read_all(in, CSV_RECORD_MAX + 2, 4096, out);
	assert_string_equal(out, "!is longer than 64 KiB");
	memset(cells, ';', sizeof(cells));
	read_all(cells, CSV_CELLS_MAX - 1, 7, out);
	assert_int_equal(strlen(out), CSV_CELLS_MAX + 1);
	read_all(cells, CSV_CELLS_MAX, 7, out);
	assert_string_equal(out, "!has more than 128 cells");
	free(in);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_a_nul_is_a_fault),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
