/* api/import_reader: a file cut into rows, in pieces of any size. */
#include "cmocka_all.h"

#include <stdio.h>

#include "api/import_reader.h"
#include "import_contract.h"
#include "seal_fixture.h"

/* What came out: '+' for a row that was taken, '-' for one that was rejected. */
static bool note(void *context, const char *text)
{
	strcat(context, text == NULL ? "-" : "+");
	return true;
}

static enum import_reading read_all(const char *file, char delimiter, size_t piece, char *out)
{
	struct arena *a = arena_new(4 << 20), *row = arena_new(1 << 20);
	struct seal_keys *seals = seal_fixture();
	struct import_judge judge = {.shape = import_test_shape(a),
				     .seals = seals,
				     .arena = row,
				     .remarks = json_array()};
	struct import_reader r = {.judge = &judge, .row = note, .context = out};
	enum import_reading what = IMPORT_GO_ON;
	size_t len = strlen(file);

	*out = '\0';
	import_reader_open(&r, a, delimiter, NULL);
	for (size_t at = 0; at < len && what == IMPORT_GO_ON; at += piece)
		what = import_reader_take(&r, file + at, len - at < piece ? len - at : piece);
	if (what == IMPORT_GO_ON) {
		what = import_reader_end(&r);
		assert_int_equal(r.at, len);
	}
	import_reader_close(&r);
	json_decref(judge.remarks);
	seal_keys_free(seals);
	arena_free(row);
	arena_free(a);
	return what;
}

#define BOM "\xEF\xBB\xBF"
#define T "2026-09-03T22:10:00Z"
#define LINE                                                                                       \
	"{\"source_system\":\"S\",\"source_id\":\"1\",\"source_updated_at\":\"" T                  \
	"\",\"must\":\"x\"}"
#define HEADER "source_system;source_id;source_updated_at;must\n"
#define RECORD "S;1;" T ";x"

static const struct {
	const char *file;
	char delimiter;
	enum import_reading what;
	const char *out;
} rows[] = {
	{"", '\0', IMPORT_GO_ON, ""},
	{LINE "\n" LINE, '\0', IMPORT_GO_ON, "++"},
	{BOM LINE "\r\n\n  \n" LINE "\n", '\0', IMPORT_GO_ON, "++"},
	{"{\n" LINE "\n[]\n", '\0', IMPORT_GO_ON, "-+-"},
	{LINE "\n\"\xF8\"\n", '\0', IMPORT_NOT_UTF8, "+"},
	{"", ';', IMPORT_BAD_HEADER, ""},
	{HEADER, ';', IMPORT_GO_ON, ""},
	{HEADER RECORD "\n" RECORD, ';', IMPORT_GO_ON, "++"},
	{BOM HEADER "\r\n" RECORD "\r\n", ';', IMPORT_GO_ON, "+"},
	{HEADER "S;1\n" RECORD "\n\"a\"b\n" RECORD "\n", ';', IMPORT_GO_ON, "-+-+"},
	{"source_system;colour\n", ';', IMPORT_BAD_HEADER, ""},
	{"ward;ward\n", ';', IMPORT_BAD_HEADER, ""},
	{HEADER "S;\xF8;" T ";x\n", ';', IMPORT_NOT_UTF8, ""},
};

static void test_files(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece < 300; piece += 97) {
			assert_int_equal(read_all(rows[i].file, rows[i].delimiter, piece, out),
					 rows[i].what);
			assert_string_equal(out, rows[i].out);
		}
}

static void test_a_line_that_is_too_long(void **state)
{
	size_t size = 200 * 1024;
	char *file = malloc(size + 200), out[64];

	(void)state;
	memset(file, 'x', size);
	strcpy(file + size, "\n" LINE "\n");
	assert_int_equal(read_all(file, '\0', 8192, out), IMPORT_GO_ON);
	assert_string_equal(out, "-+");
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_a_line_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
