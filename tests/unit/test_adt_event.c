/* api/adt_event: what a message becomes, and how one that cannot be read is answered. */
#include "arena_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "api/adt_event.h"
#include "api/import_number.h"
#include "domain/national_id.h"
#include "seal_fixture.h"

static struct seal_keys *seals;

static const char *member(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static json_t *read_text(const char *text)
{
	json_t *event = adt_event_read(arena, seals, text, strlen(text));

	arena_adopt(arena, (void (*)(void *))json_decref, event);
	return event;
}

static void test_an_admission(void **state)
{
	json_t *e =
		read_text("MSH|^~\\&|DIPS|310000019|TO|TO|20260903221500||ADT^A01|M1|T|2.5\r"
			  "EVN|A01|202609032212\rPID|1||4711^^^DIPS~01819012365^^^FNR\r"
			  "PV1|1|I|D1^R2^S3^310000019|U||||||360|||||||||V77|||||||||||||||||01|||"
			  "|||||20260903221000+0200\rDG1|1||F20.0\rPV2||||||||20260910\r");
	json_t *row = json_object_get(e, "row");

	(void)state;
	assert_string_equal(member(e, "control"), "M1");
	assert_string_equal(member(e, "sender"), "DIPS");
	assert_string_equal(member(e, "event"), "A01");
	assert_string_equal(member(e, "planned_for"), "2026-09-10T00:00:00+02:00");
	assert_string_equal(member(row, "i"), "V77");
	assert_string_equal(member(row, "t"), "2026-09-03T22:12:00+02:00");
	assert_string_equal(member(row, "admitted_at"), "2026-09-03T22:10:00+02:00");
	assert_string_equal(member(row, "ward"), "D1");
	assert_string_equal(member(row, "orgnr"), "310000019");
	assert_string_equal(member(row, "urgency"), "2");
	assert_string_equal(member(row, "specialty"), "360");
	assert_string_equal(member(row, "level_of_care"), "1");
	assert_string_equal(member(row, "disposition"), "HOME");
	assert_string_equal(member(row, "icd10_main"), "F20.0");
	assert_string_equal(json_string_value(json_array_get(json_object_get(row, "p"), 0)),
			    seal_lookup(seals, arena, "01819012365"));
	assert_int_equal(json_string_length(json_object_get(row, "h")), 32);

	char *text = json_dumps(e, JSON_COMPACT);

	assert_null(strstr(text, "01819012365"));
	free(text);
}

/* Without a national number the first identifier stands for the patient; who sends is where. */
static void test_what_is_left_out(void **state)
{
	json_t *e = read_text("MSH|^~\\&|DIPS|310000019|||202609032215||ADT^A08|M2\r"
			      "PID|1||4711^^^DIPS\rPV1|1|O|D1\r");
	json_t *row = json_object_get(e, "row");

	(void)state;
	assert_string_equal(member(row, "t"), "2026-09-03T22:15:00+02:00");
	assert_string_equal(member(row, "orgnr"), "310000019");
	assert_string_equal(member(row, "level_of_care"), "3");
	assert_string_equal(json_string_value(json_array_get(json_object_get(row, "p"), 0)),
			    seal_lookup(seals, arena, "4711"));
	assert_null(member(row, "i"));
	assert_null(member(row, "admitted_at"));
}

static const char misplaced[] =
	"has a personal number outside of PID-3, or the mark of a sealed one";

static const struct {
	const char *text, *why;
} wrong[] = {
	{"", "does not begin with a segment MSH"},
	{"MSH|^~\\&|A|||||x|ADT^A01\rpid|\r", "has a malformed segment"},
	{"MSH|^~\\&|A|\xE6\r", "is not in the character set of MSH-18, or in one not read here"},
	{"MSH|^~\\&|A||||2026090322||ORU^R01|M\r", "is not an ADT message"},
	{"MSH|^~\\&|A||||202609032215||ADT^A01|\r",
	 "has no sender (MSH-3), trigger event (MSH-9.2) or control id (MSH-10)"},
	{"MSH|^~\\&|A||||202610250230||ADT^A01|M\r", "has no time that can be read (EVN-2, MSH-7)"},
	{"MSH|^~\\&|A||||202609032215||ADT^A01|01819012365\r", misplaced},
	{"MSH|^~\\&|A||||202609032215||ADT^A01|M\rPV1|1|I|01819012365\r", misplaced},
	{"MSH|^~\\&|A||||202609032215||ADT^A01|M\rPV1|1|I|seal:\r", misplaced},
	{"MSH|^~\\&|A||||x||ADT^A01|01819012365\r", "has no time that can be read (EVN-2, MSH-7)"},
};

static void test_wrong_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *e = read_text(wrong[i].text);

		assert_string_equal(member(e, "code"), "AE");
		assert_string_equal(member(e, "text"), wrong[i].why);
		assert_false(import_number_is_clear(json_object_get(e, "control")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_admission),
		cmocka_unit_test(test_what_is_left_out),
		cmocka_unit_test(test_wrong_messages),
	};

	seals = seal_fixture();
	national_id_mode(false, false);

	int failed = cmocka_run_group_tests_name("adt_event", tests, arena_begin, arena_end);

	seal_keys_free(seals);
	return failed;
}
