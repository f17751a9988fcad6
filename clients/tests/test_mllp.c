/* MLLP's frames, and the head and the answer of an HL7 v2 message. */
#include "../../tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "dps/frame.h"
#include "dps/hl7.h"

static void feed(struct frame *f, const char *bytes, size_t size)
{
	size_t room;
	char *to = frame_room(f, &room);

	assert_true(room >= size);
	memcpy(to, bytes, size);
	frame_add(f, size);
}

static bool is_message(struct frame *f, const char *text)
{
	const char *message;
	size_t size;

	return frame_message(f, &message, &size) && size == strlen(text) &&
	       memcmp(message, text, size) == 0;
}

/* Two messages and noise, cut into pieces of every length. */
static void test_frames(void **state)
{
	static const char bytes[] = "noise\x0bone\x1c\r\n\x0btw\x1co\x1c\r";
	struct frame *f = calloc(1, sizeof(*f));

	(void)state;
	assert_non_null(f);
	for (size_t piece = 1; piece < sizeof(bytes); piece++) {
		static const char *const texts[] = {"one", "tw\x1co"};
		size_t found = 0;

		f->length = 0;
		for (size_t at = 0; at < sizeof(bytes) - 1; at += piece) {
			size_t left = sizeof(bytes) - 1 - at;

			feed(f, bytes + at, left < piece ? left : piece);
			while (found < 2 && is_message(f, texts[found])) {
				frame_drop(f);
				found++;
			}
		}
		assert_int_equal(found, 2);
		assert_int_equal(f->length, 0);
	}
	free(f);
}

static void test_too_long(void **state)
{
	struct frame *f = calloc(1, sizeof(*f));
	size_t room = 1;

	(void)state;
	assert_non_null(f);
	feed(f, "\x0b", 1);
	while (room > 0) {
		char *to = frame_room(f, &room);

		memset(to, 'x', room);
		frame_add(f, room);
	}
	frame_drop(f);
	assert_int_equal(f->length, sizeof(f->bytes));
	free(f);
}

static void test_heads(void **state)
{
	static const struct {
		const char *message, *fault; /* NULL: fine */
	} cases[] = {
		{"MSH|^~\\&|DIPS|310|SAM|SAM|20260903||ADT^A01^ADT_A01|MSG1|P|2.5\rPID|1", NULL},
		{"MSH#^~\\&#DIPS#310#SAM#SAM#20260903##ADT^A08#MSG1#P#2.5###AL#NE", NULL},
		{"MSH|^~\\&|DIPS|310|SAM|SAM|20260903||ADT^A01||P|2.5", "101"},
		{"MSH|^~\\&|DIPS", "101"},
		{"MSH|^~\\&|DIPS|310|SAM|SAM|20260903||ORU^R01|MSG1|P|2.5", "200"},
		{"PID|1||x", "100"},
		{"MSH", "100"},
		{"", "100"},
	};
	struct arena *a = arena_new(4 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hl7_head head;
		const char *fault;
		bool fine = hl7_read(a, cases[i].message, strlen(cases[i].message), &head, &fault);

		assert_int_equal(fine, cases[i].fault == NULL);
		if (!fine)
			assert_memory_equal(fault, cases[i].fault, 3);
		else
			assert_string_equal(head.control_id, "MSG1");
		assert_int_equal(hl7_wants_commit(&head), i == 1);
		assert_memory_equal(hl7_answer(a, &head, "AE", fault, NULL), "MSH", 3);
	}
	arena_free(a);
}

static void test_answers(void **state)
{
	static const char message[] =
		"MSH|^~\\&|DIPS|310|SAM|NAV|20260903||ADT^A03|M-7|T|2.4\rPID|1";
	struct arena *a = arena_new(4 << 20);
	struct hl7_head head;
	const char *fault, *answer;

	(void)state;
	assert_true(hl7_read(a, message, strlen(message), &head, &fault));
	answer = hl7_answer(a, &head, "AA", NULL, "admitted");
	assert_memory_equal(answer, "MSH|^~\\&|SAM|NAV|DIPS|310|", 26);
	assert_non_null(strstr(answer, "||ACK^A03^ACK|"));
	assert_non_null(strstr(answer, "|T|2.4\rMSA|AA|M-7|admitted\r"));
	answer = hl7_answer(a, &head, "AE", "207^Application error", "a|b\rMSA|AA");
	assert_non_null(strstr(answer, "\rMSA|AE|M-7|a b MSA AA\r"));
	assert_non_null(strstr(answer, "\rERR|||207^Application error^HL70357|E\r"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
