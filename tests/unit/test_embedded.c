/* base/embedded: the files that the build put in are found whole, by their whole name. */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Pages in memory that are a file's. */
static long file_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all, resident, shared;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld %ld", &all, &resident, &shared), 3);
	fclose(f);
	return shared;
}

static void what_was_given_back_is_still_there(void **state)
{
	const struct embedded *contract = embedded_find("openapi.json");
	size_t before = strlen(contract->data);
	long pages = file_pages();

	(void)state;
	embedded_give_back();
	assert_true(pages - file_pages() > (long)contract->size / 2 / sysconf(_SC_PAGESIZE));
	assert_int_equal(strlen(contract->data), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_whole_name),
		cmocka_unit_test(every_file_is_of_its_size),
		cmocka_unit_test(what_was_given_back_is_still_there),
	};

	return cmocka_run_group_tests_name("embedded", tests, NULL, NULL);
}
