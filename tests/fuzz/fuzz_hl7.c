/*
 * Fuzzes HL7 version 2: the input is what a request may hold, one message behind the other. Every
 * value of a message is text without NUL in UTF-8; what an ADT message becomes is a row or an
 * answer that can be sent, and holds no personal number.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/seal_fixture.h"
#include "api/adt_event.h"
#include "api/import_number.h"
#include "base/text.h"
#include "domain/hl7.h"
#include "domain/national_id.h"

enum { INPUT_MAX = 65536, LIMIT = 64 << 20, FIELDS = 50 };

static const char *const segments[] = {"MSH", "EVN", "PID", "PV1", "PV2", "DG1", "ZZZ"};

static struct arena *arena;
static struct seal_keys *seals;

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_value(const struct hl7 *m, const struct hl7_place *place)
{
	const char *value = hl7_value(m, place);

	if (value == NULL)
		return;
	expect(*value != '\0' && text_is_utf8(value, strlen(value)));

	const char *time = hl7_time(arena, value);

	expect(time == NULL || strlen(time) == 19 || strlen(time) == 25);
}

static void check_message(const char *text, size_t size)
{
	struct hl7 m;

	if (hl7_open(&m, arena, text, size) != HL7_OK)
		return;
	for (size_t s = 0; s < sizeof(segments) / sizeof(segments[0]); s++)
		for (int f = 1; f < FIELDS; f++)
			for (int c = 1; c < 4; c++)
				check_value(&m, &(struct hl7_place){segments[s], f, c, 1 + f % 2});
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

static void check_event(const char *text, size_t size)
{
	json_t *event = adt_event_read(arena, seals, text, size);

	expect(json_is_object(json_object_get(event, "row")) !=
	       json_is_string(json_object_get(event, "code")));
	expect_no_number(event);
	expect_no_number(json_object_get(event, "row"));
	json_decref(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (arena == NULL) {
		arena = arena_new(LIMIT);
		seals = seal_fixture();
		national_id_mode(false, false);
	}
	if (size == 0 || size > INPUT_MAX)
		return 0;

	const char *text = arena_copy(arena, (const char *)data, size);

	for (size_t at = 0; at < size;) {
		size_t len = hl7_length(text + at, size - at);

		expect(len > 0 && len <= size - at);
		check_message(text + at, len);
		check_event(text + at, len);
		at += len;
	}
	arena_clear(arena);
	return 0;
}
