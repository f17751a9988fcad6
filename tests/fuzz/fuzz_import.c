/*
 * Fuzzes how a file of an import becomes rows. The first byte says whether it is NDJSON or CSV with
 * the header of what follows, the second how large the pieces are in which the rest arrives. The
 * rows must be the same whatever the pieces; each that is taken is JSON without a personal number,
 * and each that is not has a remark without one.
 */
#include <jansson.h>
#include <stdint.h>

#include "../unit/import_contract.h"
#include "../unit/seal_fixture.h"
#include "api/import_number.h"
#include "api/import_reader.h"

enum { INPUT_MAX = 65536, SETUP_MAX = 16 << 20 };

static const char header[] =
	"source_system;source_id;source_updated_at;patient_id;patient_id_system;must;note;nights\n";

static struct arena *setup, *file, *row;
static const struct import_shape *shape;
static struct seal_keys *seals;

/* What came out of one reading. */
struct outcome {
	size_t taken, rejected;
	uint64_t sum; /* of the rows that were taken, in their order */
	enum import_reading end;
};

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void start(void)
{
	setup = arena_new(SETUP_MAX);
	file = arena_new(SETUP_MAX);
	row = arena_new(SETUP_MAX);
	shape = import_test_shape(setup);
	seals = seal_fixture();
	expect(shape != NULL);
}

static void expect_no_number(json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		expect(!import_number_is_misplaced(value));
	}
}

static bool note(void *context, const char *text)
{
	struct outcome *o = context;

	o->taken += text != NULL;
	o->rejected += text == NULL;
	if (text == NULL)
		return true;

	json_t *json = json_loads(text, 0, NULL);

	expect(json_is_object(json) && json_is_integer(json_object_get(json, "n")));
	expect_no_number(json);
	json_decref(json);
	for (const char *c = text; *c != '\0'; c++)
		o->sum = (o->sum ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return true;
}

static struct outcome read_all(char delimiter, const char *in, size_t len, size_t piece)
{
	struct outcome o = {.end = IMPORT_GO_ON};
	struct import_judge judge = {
		.shape = shape, .seals = seals, .arena = row, .remarks = json_array()};
	struct import_reader r = {.judge = &judge, .row = note, .context = &o};

	import_reader_open(&r, file, delimiter, NULL);
	for (size_t at = 0; at < len && o.end == IMPORT_GO_ON; at += piece)
		o.end = import_reader_take(&r, in + at, len - at < piece ? len - at : piece);
	if (o.end == IMPORT_GO_ON) {
		o.end = import_reader_end(&r);
		expect(o.end != IMPORT_GO_ON || r.at == (int64_t)len);
	}
	expect(json_array_size(judge.remarks) >= o.rejected);

	for (size_t i = 0; i < json_array_size(judge.remarks); i++)
		expect_no_number(json_array_get(judge.remarks, i));
	import_reader_close(&r);
	json_decref(judge.remarks);
	arena_clear(row);
	arena_clear(file);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[sizeof(header) + INPUT_MAX];
	size_t head = 0;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	if (setup == NULL)
		start();

	const char delimiter = data[0] % 3 == 0 ? '\0' : ';';

	if (data[0] % 3 == 1)
		head = (size_t)(stpcpy(text, header) - text);
	memcpy(text + head, data + 2, size - 2);

	struct outcome whole = read_all(delimiter, text, head + size - 2, sizeof(text));
	struct outcome pieces = read_all(delimiter, text, head + size - 2, 1 + data[1] % 16);

	expect(whole.end == pieces.end);
	expect(whole.end != IMPORT_GO_ON ||
	       (whole.taken == pieces.taken && whole.rejected == pieces.rejected &&
		whole.sum == pieces.sum));
	return 0;
}
