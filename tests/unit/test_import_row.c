/* api/import_row: what becomes of a row, and what is said of a wrong one. */
#include "cmocka_all.h"

#include <stdio.h>

#include "api/import_row.h"
#include "import_contract.h"
#include "seal_fixture.h"

struct fixture {
	struct arena *contract;
	struct import_judge judge;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->contract = arena_new(1 << 20);
	f->judge = (struct import_judge){.shape = import_test_shape(f->contract),
					 .seals = seal_fixture(),
					 .arena = arena_new(1 << 20),
					 .remarks = json_array(),
					 .number = 7};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	json_decref(f->judge.remarks);
	seal_keys_free((struct seal_keys *)(uintptr_t)f->judge.seals);
	arena_free(f->judge.arena);
	arena_free(f->contract);
	free(f);
	return 0;
}

/* The row's text, or NULL when it is refused. */
static const char *judge_text(struct fixture *f, const char *text)
{
	json_t *row = json_loads(text, 0, NULL);
	const char *judged;

	json_array_clear(f->judge.remarks);
	judged = import_row_judge(&f->judge, row);
	json_decref(row);
	return judged;
}

static const char *judge(struct fixture *f, const char *members)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"source_system\":\"S\",\"source_id\":\"1\",\"must\":\"x\",%s}", members);
	return judge_text(f, text);
}

static const char *said(struct fixture *f, const char *member)
{
	return json_string_value(json_object_get(json_array_get(f->judge.remarks, 0), member));
}

static void test_a_good_row(void **state)
{
	struct fixture *f = *state;
	const char *text =
		judge(f, "\"source_updated_at\":\"2026-09-03 22:10\",\"note\":\"x\",\"ward\":"
			 "\"\",\"nights\":2,\"patient_id\":\"018190 12365\","
			 "\"patient_id_system\":\"FNR\",\"op\":null");
	json_t *row = text == NULL ? NULL : json_loads(text, 0, NULL);

	assert_non_null(row);
	assert_string_equal(json_string_value(json_object_get(row, "s")), "S");
	assert_string_equal(json_string_value(json_object_get(row, "i")), "1");
	assert_string_equal(json_string_value(json_object_get(row, "t")),
			    "2026-09-03T22:10:00+02:00");
	assert_int_equal(json_integer_value(json_object_get(row, "n")), 7);
	assert_int_equal(json_integer_value(json_object_get(row, "nights")), 2);
	assert_int_equal(json_string_length(json_object_get(row, "h")), 32);
	assert_int_equal(json_object_size(row), 8);
	assert_null(strstr(text, "12365"));

	const char *found = json_string_value(json_array_get(json_object_get(row, "p"), 0));

	assert_string_equal(found, seal_lookup(f->judge.seals, f->judge.arena, "01819012365"));
	json_decref(row);
}

/* The hash tells whether a row says the same, whenever and in whatever order it says it. */
static void test_the_hash(void **state)
{
	struct fixture *f = *state;
	char hashes[3][40];
	static const char *const rows[] = {
		"\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"nights\":2,\"alone\":true",
		"\"alone\":true,\"ward\":\"\",\"nights\":2,\"source_updated_at\":\"2026-09-04T22:"
		"10:00Z\"",
		"\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"nights\":3,\"alone\":true"};

	for (size_t i = 0; i < 3; i++) {
		json_t *row = json_loads(judge(f, rows[i]), 0, NULL);

		strcpy(hashes[i], json_string_value(json_object_get(row, "h")));
		json_decref(row);
	}
	assert_string_equal(hashes[0], hashes[1]);
	assert_string_not_equal(hashes[0], hashes[2]);
}

static const struct {
	const char *members, *code, *field;
} wrong[] = {
	{"\"nights\":1", "REQUIRED", "source_updated_at"},
	{"\"source_updated_at\":\"2026-10-25T02:30\"", "TIME_AMBIGUOUS", "source_updated_at"},
	{"\"source_updated_at\":\"2026-03-29T02:30\"", "TIME_SKIPPED", "source_updated_at"},
	{"\"source_updated_at\":\"1990-03-29T02:30\"", "TIME_WITHOUT_OFFSET", "source_updated_at"},
	{"\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"nights\":-1", "MINIMUM", "nights"},
	{"\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"ward\":\"01819012365\"", "CLEAR_NUMBER",
	 "ward"},
	{"\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"ward\":\"open:seal:x\"", "RESERVED",
	 "ward"},
	{"\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"patient_id\":\"01819012366\","
	 "\"patient_id_system\":\"FNR\"",
	 "FORMAT", "patient_id"},
	{"\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"patient_id\":\"1\",\"patient_id_"
	 "system\":"
	 "\"urn:oid:2.16.578.1.12.4.1.4.1\"",
	 "FORMAT", "patient_id"},
};

static void test_wrong_rows(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_null(judge(f, wrong[i].members));
		assert_string_equal(said(f, "code"), wrong[i].code);
		assert_string_equal(said(f, "field"), wrong[i].field);
		assert_string_equal(said(f, "severity"), "error");
		assert_string_equal(said(f, "source_id"), "1");
	}
}

/* An identifier that must not be kept is not repeated either. */
static void test_a_misplaced_identifier(void **state)
{
	static const char *const ids[] = {"01819012365", "open:seal:x"};
	struct fixture *f = *state;
	char text[256];

	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof(text),
			 "{\"source_system\":\"S\",\"source_id\":\"%s\",\"must\":\"x\","
			 "\"source_updated_at\":\"2026-09-03T22:10:00Z\"}",
			 ids[i]);
		assert_null(judge_text(f, text));
		assert_string_equal(said(f, "field"), "source_id");
		assert_null(said(f, "source_id"));
	}
}

static void test_deletion_needs_its_key_alone(void **state)
{
	struct fixture *f = *state;
	static const char key[] = "{\"source_system\":\"S\",\"source_id\":\"1\"";
	char text[256];

	snprintf(text, sizeof(text), "%s,\"source_updated_at\":\"2026-09-03T22:10:00Z\"}", key);
	assert_null(judge_text(f, text));
	assert_string_equal(said(f, "field"), "must");
	snprintf(text, sizeof(text),
		 "%s,\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"op\":\"delete\"}", key);
	assert_non_null(judge_text(f, text));
	snprintf(text, sizeof(text), "%s,\"op\":\"delete\"}", key);
	assert_null(judge_text(f, text));
	assert_string_equal(said(f, "field"), "source_updated_at");
}

static void test_another_systems_number(void **state)
{
	struct fixture *f = *state;

	assert_non_null(judge(f, "\"source_updated_at\":\"2026-09-03T22:10:00Z\",\"patient_id\":"
				 "\"4711\",\"patient_id_system\":\"DIPS\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_good_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_hash, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrong_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_misplaced_identifier, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_deletion_needs_its_key_alone, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_another_systems_number, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
