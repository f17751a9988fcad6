/* api/named: whom a request names that has not been judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/named.h"
#include "base/config.h"

#define ID "018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60"
#define OTHER "018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d61"

static void finds_the_person_or_nobody(void **state)
{
	static const struct {
		const char *query, *body, *found; /* NULL: nobody */
	} rows[] = {
		{NULL, NULL, NULL},
		{"", "", NULL},
		{"patient_id=" ID, NULL, ID},
		{"limit=2&patient_id=" ID "&x=1", NULL, ID},
		{"patient%5Fid=" ID, NULL, NULL},
		{"patient_id=018f3c5e%2D7a10-7cc2-9d3e-5b8c1f2a4d60", NULL, ID},
		{"patient_id=", NULL, NULL},
		{"patient_id", NULL, NULL},
		{"patient_id=%", NULL, NULL},
		{"patient_id=nobody", NULL, NULL},
		{"my_patient_id=" ID, NULL, NULL},
		{NULL, "{\"patient_id\":\"" ID "\"}", ID},
		{"patient_id=" ID, "{\"patient_id\":\"" OTHER "\"}", ID},
		{"limit=2", "{\"a\":1,\"patient_id\":\"" OTHER "\"}", OTHER},
		{NULL, "{\"patient_id\":1}", NULL},
		{NULL, "{\"patient_id\":\"x\"}", NULL},
		{NULL, "{\"a\":{\"patient_id\":\"" ID "\"}}", NULL},
		{NULL, "[\"" ID "\"]", NULL},
		{NULL, "{\"patient_id\":\"" ID "\"", NULL},
		{NULL, "[[[[[[[[[[[[", NULL},
	};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	config.json_depth = 8;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = rows[i].body == NULL ? 0 : strlen(rows[i].body);
		const char *found = named_person(a, rows[i].query, rows[i].body, size);

		if (rows[i].found == NULL)
			assert_null(found);
		else
			assert_string_equal(found, rows[i].found);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(finds_the_person_or_nobody)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
