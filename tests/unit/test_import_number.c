/* api/import_number: what a number is found by, and where one does not belong. */
#include "arena_fixture.h"

#include <string.h>

#include "api/import_number.h"
#include "domain/national_id.h"
#include "seal_fixture.h"

static void test_what_finds_a_number(void **state)
{
	struct seal_keys *seals = seal_fixture();
	json_t *found = import_number_found(seals, arena, "01819012365");

	(void)state;
	assert_int_equal(json_array_size(found), 1);
	assert_string_equal(json_string_value(json_array_get(found, 0)),
			    seal_lookup(seals, arena, "01819012365"));
	json_decref(found);
	seal_keys_free(seals);
}

static const struct {
	const char *text;
	bool clear, reserved;
} texts[] = {
	{"", false, false},
	{"01819012365", true, false},
	{"018190 12365", true, false},
	{"018190-12365", true, false},
	{"01819012364", false, false}, /* the check digits are wrong */
	{"nr 01819012365", true, false},
	{"13116900216", true, false}, /* not synthetic: a published example */
	{"018190123650", false, false},
	{"open:seal:e1:x", false, true},
	{"seal", false, false},
};

static void test_texts(void **state)
{
	(void)state;
	national_id_mode(false, false);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *value = json_string(texts[i].text);

		assert_int_equal(import_number_is_clear(value), texts[i].clear);
		assert_int_equal(import_number_is_reserved(value), texts[i].reserved);
		assert_int_equal(import_number_is_misplaced(value),
				 texts[i].clear || texts[i].reserved);
		json_decref(value);
	}
	assert_false(import_number_is_clear(json_true()));
	assert_false(import_number_is_reserved(json_null()));
	assert_false(import_number_is_clear(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_finds_a_number),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests_name("import_number", tests, arena_begin, arena_end);
}
