/* domain/hl7: messages, their values, escapes, characters and times. */
#include "arena_fixture.h"

#include <stdio.h>
#include <string.h>

#include "domain/hl7.h"

static enum hl7_fault open_text(struct hl7 *m, const char *text)
{
	return hl7_open(m, arena, text, strlen(text));
}

static const char message[] =
	"MSH|^~\\&|DIPS|310000019|TO|TO|20260903221500+0200||ADT^A01|M1|T|2.5\r"
	"PID|1||4711^^^DIPS~15838510075^^^FNR&2.16&ISO||Furu\\T\\Gran^Rolig\\S\\x\\."
	"br\\y\\X41\\\\H\\\n"
	"PV1|1|I|D1^R2^S3\r\nZXX|\r";

static const struct {
	const char *segment;
	int field, component, repetition;
	const char *value;
} values[] = {
	{"MSH", 1, 1, 1, "|"},	  {"MSH", 3, 1, 1, "DIPS"},	   {"MSH", 9, 2, 1, "A01"},
	{"MSH", 8, 1, 1, NULL},	  {"MSH", 99, 1, 1, NULL},	   {"PID", 3, 1, 1, "4711"},
	{"PID", 3, 4, 1, "DIPS"}, {"PID", 3, 1, 2, "15838510075"}, {"PID", 3, 4, 2, "FNR"},
	{"PID", 3, 1, 3, NULL},	  {"PID", 5, 1, 1, "Furu&Gran"},   {"PID", 5, 2, 1, "Rolig^x\nyA"},
	{"PV1", 3, 3, 1, "S3"},	  {"PV1", 3, 4, 1, NULL},	   {"PV1", 44, 1, 1, NULL},
	{"ZXX", 1, 1, 1, NULL},	  {"DG1", 3, 1, 1, NULL},
};

static void test_values(void **state)
{
	struct hl7 m;

	(void)state;
	assert_int_equal(open_text(&m, message), HL7_OK);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct hl7_place place = {values[i].segment, values[i].field,
						values[i].component, values[i].repetition};
		const char *value = hl7_value(&m, &place);

		if (values[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, values[i].value);
	}
}

static const struct {
	const char *text;
	enum hl7_fault fault;
} opened[] = {
	{"MSH|^~\\&|A\r", HL7_OK},
	{"MSH#*~\\&#A\r", HL7_OK},
	{"MSH|^~\\&|A|||||||||||||||UNICODE UTF-8\rPID|\xC3\xA6\r", HL7_OK},
	{"MSH|^~\\&|A|||||||||||||||8859/1\rPID|\xE6\r", HL7_OK},
	{"MSH|^~\\&|A|||||||||||||||8859/15\rPID|\xE6\r", HL7_CHARACTERS},
	{"MSH|^~\\&|A\rPID|\xE6\r", HL7_CHARACTERS},
	{"MSH|^~\\&|A\rpid|x\r", HL7_SEGMENT},
	{"MSH|^~\\&|A\rPIDx\r", HL7_SEGMENT},
	{"MSH|^^\\&|A\r", HL7_NOT_MSH},
	{"MSH|^~\\&A\r", HL7_NOT_MSH},
	{"MSA|^~\\&|A\r", HL7_NOT_MSH},
	{"MSH", HL7_NOT_MSH},
	{"", HL7_NOT_MSH},
};

/* MSH-18 is read before the text is known to hold no NUL. */
static void test_an_escape_of_nothing(void **state)
{
	static const char text[] = "MSH|^~\\&|A|||||||||||||||8859/1\\\0\\\r";
	struct hl7 m;

	(void)state;
	assert_int_equal(hl7_open(&m, arena, text, sizeof(text) - 1), HL7_CHARACTERS);
}

static void test_opening(void **state)
{
	struct hl7 m;

	(void)state;
	for (size_t i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
		assert_int_equal(open_text(&m, opened[i].text), opened[i].fault);
	assert_int_equal(open_text(&m, opened[3].text), HL7_OK);
	assert_string_equal(hl7_get(&m, "PID", 1, 1), "\xC3\xA6");
}

static void test_many_messages(void **state)
{
	static const char two[] = "MSH|1\rPID|MSH\r\nMSH|2\r";

	(void)state;
	assert_int_equal(hl7_length(two, strlen(two)), 15);
	assert_int_equal(hl7_length(two + 15, strlen(two) - 15), 6);
	assert_int_equal(hl7_length("", 0), 0);
}

static const struct {
	const char *in, *out;
} times[] = {
	{"20260903", "2026-09-03T00:00:00"},
	{"202609032210", "2026-09-03T22:10:00"},
	{"20260903221005", "2026-09-03T22:10:05"},
	{"20260903221005.1234+0200", "2026-09-03T22:10:05+02:00"},
	{"202609032210-0130", "2026-09-03T22:10:00-01:30"},
	{"2026", NULL},
	{"20260903221005Z", NULL},
	{"20260903221005+02", NULL},
	{"x", NULL},
	{NULL, NULL},
};

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const char *out = hl7_time(arena, times[i].in);

		if (times[i].out == NULL)
			assert_null(out);
		else
			assert_string_equal(out, times[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_an_escape_of_nothing),
		cmocka_unit_test(test_many_messages),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests_name("hl7", tests, arena_begin, arena_end);
}
