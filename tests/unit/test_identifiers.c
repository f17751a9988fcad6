/* Organisation, health personnel, municipality, telephone and immigration numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/identifiers.h"
#include "domain/national_id.h"

struct form_case {
	const char *text;
	bool valid;
};

static void expect(bool (*check)(const char *, size_t), const struct form_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (check(cases[i].text, strlen(cases[i].text)) != cases[i].valid)
			fail_msg("'%s' is not %d", cases[i].text, cases[i].valid);
}

#define EXPECT(check, cases) expect(check, cases, sizeof(cases) / sizeof((cases)[0]))

static void test_organisation_number(void **state)
{
	static const struct form_case cases[] = {
		{"915933149", true},  {"974557746", true},   {"974760673", true},
		{"889640782", true},  {"894166762", true},   {"921234554", true},
		{"857566122", true},  {"954597482", true},   {"921234555", false},
		{"123456789", false}, {"000000000", false},  {"91593314", false},
		{"", false},	      {"9159331490", false}, {"91593314a", false},
		{"310158380", false},
	};

	(void)state;
	EXPECT(organisation_number_is_valid, cases);
	national_id_mode(false, false);
	assert_true(organisation_number_is_valid("310158380", 9));
	assert_true(organisation_number_is_valid("310237574", 9));
	assert_true(organisation_number_is_valid("915933149", 9));
	assert_false(organisation_number_is_valid("000000000", 9));
	national_id_mode(true, false);
}

static void test_hpr_number(void **state)
{
	static const struct form_case cases[] = {
		{"9144900", true},  {"502116685", true},   {"1", true},
		{"0", false},	    {"0144900", false},	   {"", false},
		{"91449a0", false}, {"5021166850", false}, {"-144900", false},
	};

	(void)state;
	EXPECT(hpr_number_is_valid, cases);
}

static void test_municipality_number(void **state)
{
	static const struct form_case cases[] = {
		{"3301", true},	 {"0602", true}, {"0301", true},   {"0000", false}, {"3300", false},
		{"0012", false}, {"330", false}, {"33010", false}, {"33o1", false}, {"", false},
	};

	(void)state;
	EXPECT(municipality_number_is_valid, cases);
}

static void test_phone(void **state)
{
	static const struct form_case cases[] = {
		{"+4732040000", true},
		{"+46812345678", true},
		{"+47580000000000", true},
		{"+473204000", false},
		{"+47320400001", false},
		{"+0732040000", false},
		{"4732040000", false},
		{"32040000", false},
		{"+47 32040000", false},
		{"+123456789012345", true},
		{"+1234567890123456", false},
		{"+", false},
		{"", false},
	};

	(void)state;
	EXPECT(phone_is_valid, cases);
}

static void test_phone_normalise(void **state)
{
	static const struct {
		const char *text, *number; /* NULL: refused */
	} cases[] = {
		{"32040000", "+4732040000"},
		{"32 04 00 00", "+4732040000"},
		{"+47 320 40 000", "+4732040000"},
		{"0047 32 04 00 00", "+4732040000"},
		{"(+46) 8-123.456 78", "+46812345678"},
		{"+47580000000000", "+47580000000000"},
		{"3204000", NULL},
		{"320400000", NULL},
		{"32o40000", NULL},
		{"++4732040000", NULL},
		{"32+040000", NULL},
		{"", NULL},
		{"00", NULL},
		{"+00000000000000000000000000", NULL},
		{"0012345678901234567890", NULL},
		{"+12345678901234567", NULL},
		{"\xc3\xb8", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[PHONE_SIZE];
		bool fine = phone_normalise(cases[i].text, strlen(cases[i].text), out);

		assert_int_equal(fine, cases[i].number != NULL);
		if (fine)
			assert_string_equal(out, cases[i].number);
	}
}

static void test_duf_number(void **state)
{
	static const struct form_case cases[] = {
		{"201017238203", true},	  {"201017238204", false}, {"20101723820", false},
		{"2010172382030", false}, {"20101723820x", false}, {"", false},
	};

	(void)state;
	EXPECT(duf_number_is_valid, cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_organisation_number), cmocka_unit_test(test_hpr_number),
		cmocka_unit_test(test_municipality_number), cmocka_unit_test(test_phone),
		cmocka_unit_test(test_phone_normalise),	    cmocka_unit_test(test_duf_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
