/* api/import_mask: what is left of a row that was refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/import_mask.h"

static void check(const char *row, const char *wanted)
{
	json_t *given = json_loads(row, 0, NULL), *masked = import_mask(given);
	char *text = json_dumps(masked, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(text, wanted);
	free(text);
	json_decref(masked);
	json_decref(given);
}

static void numbers_are_stars(void **state)
{
	(void)state;
	check("{\"patient_id\":\"x\"}", "{\"patient_id\":\"***********\"}");
	check("{\"ward\":\"15838510075\"}", "{\"ward\":\"***********\"}");
	check("{\"ward\":\"nr 158385 10075, rom 12\"}", "{\"ward\":\"nr ****** *****, rom 12\"}");
	check("{\"ward\":\"15.83.85-10075\"}", "{\"ward\":\"**.**.**-*****\"}");
	check("{\"ward\":\"1583851007\"}", "{\"ward\":\"1583851007\"}");
	check("{\"n\":15838510075,\"m\":12}", "{\"m\":12,\"n\":\"***********\"}");
}

static void seals_are_stars(void **state)
{
	(void)state;
	check("{\"ward\":\"a seal:e1:x\"}", "{\"ward\":\"***********\"}");
}

static void times_stay(void **state)
{
	(void)state;
	check("{\"at\":\"2026-09-09T13:30:00+02:00\"}", "{\"at\":\"2026-09-09T13:30:00+02:00\"}");
	check("{\"at\":\"2026-09-09 13:30\"}", "{\"at\":\"2026-09-09 13:30\"}");
	check("{\"at\":\"1583-85-10075 1234\"}", "{\"at\":\"****-**-***** ****\"}");
}

static void only_plain_members_stay(void **state)
{
	(void)state;
	check("{\"15838510075\":1,\"a15838510075\":1,\"Ward\":1,\"\":1,\"with_4\":1}",
	      "{\"with_4\":1}");
	check("{\"a\":[1],\"b\":{\"c\":1},\"d\":null,\"e\":true,\"f\":1.5}",
	      "{\"e\":true,\"f\":1.5}");
}

static void long_texts_are_cut_between_characters(void **state)
{
	char text[512], row[600];
	json_t *given, *masked;

	(void)state;
	memset(text, 'x', 199);
	strcpy(text + 199, "øy");
	snprintf(row, sizeof(row), "{\"note\":\"%s\"}", text);
	given = json_loads(row, 0, NULL);
	masked = import_mask(given);
	assert_int_equal(json_string_length(json_object_get(masked, "note")), 199);
	json_decref(masked);
	json_decref(given);
}

static void a_large_row_is_not_kept(void **state)
{
	json_t *row = json_object();
	char name[16], value[200];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		json_object_set_new(row, name, json_string(value));
	}
	assert_null(import_mask(row));
	json_decref(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_stars),
		cmocka_unit_test(seals_are_stars),
		cmocka_unit_test(times_stay),
		cmocka_unit_test(only_plain_members_stay),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(a_large_row_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
