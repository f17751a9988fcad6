/* Labels in Punycode: decoding and which characters may stand. */
#include "schema_fixture.h"

#include "contract/schema_formats.h"

static bool valid(const char *label)
{
	return idna_label_is_valid(label, strlen(label));
}

static void takes_labels_that_the_standard_allows(void **state)
{
	(void)state;
	assert_true(valid("9n2bp8q"));
	assert_true(valid("zca29lwxobi7a"));
	assert_true(valid("ll-0ea"));
	assert_true(valid("lrbr-gra"));
}

static void refuses_others(void **state)
{
	(void)state;
	assert_false(valid(""));
	assert_false(valid("abc-"));
	assert_false(valid("X"));
	assert_false(valid("99999999"));
	assert_false(valid("hello-txk"));
	assert_false(valid("l-fda"));
	assert_false(valid("a_b-0"));
	assert_false(
		valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

RUN(cmocka_unit_test(takes_labels_that_the_standard_allows), cmocka_unit_test(refuses_others))
