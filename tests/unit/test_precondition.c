/* api/precondition: which versions an If-Match names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/precondition.h"

static void names_one_version(void **state)
{
	(void)state;
	assert_true(precondition_names("\"3-abc\"", "3"));
	assert_true(precondition_names("\"3\"", "3"));
	assert_true(precondition_names("3-abc", "3"));
	assert_true(precondition_names("3", "3"));
	assert_false(precondition_names("\"33-abc\"", "3"));
	assert_false(precondition_names("\"3-abc\"", "33"));
	assert_false(precondition_names("\"03-abc\"", "3"));
	assert_false(precondition_names("\"x\"", "3"));
	assert_false(precondition_names("", "3"));
}

static void names_any_of_a_list(void **state)
{
	(void)state;
	assert_true(precondition_names("\"1-a\", \"3-b\"", "3"));
	assert_true(precondition_names("\"1-a\",\t, \"3-b\" ,\"4\"", "3"));
	assert_true(precondition_names("\"3-b\", \"1-a\"", "3"));
	assert_false(precondition_names("\"1-a\", \"2-b\"", "3"));
	assert_false(precondition_names("\"1,3-b\"", "3"));
	assert_false(precondition_names("\"1, 3", "3"));
}

static void a_star_names_whatever_there_is(void **state)
{
	(void)state;
	assert_true(precondition_names("*", "3"));
	assert_false(precondition_names("\"*\"", "3"));
	assert_false(precondition_names("\"1-a\", *", "3"));
}

static void a_weak_tag_names_nothing(void **state)
{
	(void)state;
	assert_false(precondition_names("W/\"3-abc\"", "3"));
	assert_false(precondition_names("W/\"3-abc\", \"4-a\"", "3"));
	assert_true(precondition_names("W/\"3-abc\", \"3-a\"", "3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_one_version),
		cmocka_unit_test(names_any_of_a_list),
		cmocka_unit_test(a_star_names_whatever_there_is),
		cmocka_unit_test(a_weak_tag_names_nothing),
	};

	return cmocka_run_group_tests_name("precondition", tests, NULL, NULL);
}
