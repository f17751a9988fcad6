/* base/embedded: the files that the build put in are found whole, by their whole name. */
#include "cmocka_all.h"

#include <string.h>

#include "base/embedded.h"

static void finds_by_whole_name(void **state)
{
	const struct embedded *contract = embedded_find("openapi.json");

	(void)state;
	assert_non_null(contract);
	assert_int_equal(contract->data[0], '{');
	assert_non_null(embedded_find("queries/_request.sql"));
	assert_null(embedded_find(""));
	assert_null(embedded_find("openapi"));
	assert_null(embedded_find("queries/"));
	assert_null(embedded_find("queries/none.sql"));
}

static void every_file_is_of_its_size(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct embedded *e = embedded_files; e->name != NULL; e++, count++) {
		assert_true(e->size > 0);
		assert_int_equal(strlen(e->hash), 16);
		if (strcmp(e->name + strlen(e->name) - 3, ".gz") == 0)
			assert_memory_equal(e->data, "\x1f\x8b", 2);
		else
			assert_int_equal(strlen(e->data), e->size);
		assert_ptr_equal(embedded_find(e->name), e);
	}
	assert_true(count > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_whole_name),
		cmocka_unit_test(every_file_is_of_its_size),
	};

	return cmocka_run_group_tests_name("embedded", tests, NULL, NULL);
}
