/* National person numbers: the vectors of the tax authority, the health network and our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/national_id.h"

enum {
	SYN80 = NATIONAL_ID_SYN80,
	MONTH40 = NATIONAL_ID_MONTH40,
	RULE_2032 = NATIONAL_ID_RULE_2032
};

static const struct national_id_rules production = {.production = true};
static const struct national_id_rules production_2032 = {.production = true, .accept_2032 = true};
static const struct national_id_rules sandbox = {.production = false};
static const struct national_id_rules sandbox_2032 = {.accept_2032 = true};

struct valid_case {
	const char *number;
	enum national_id_kind kind;
	unsigned flags; /* with RULE_2032: refused by today's rule */
};

static const struct valid_case synthetic[] = {
	{"01819012365", NATIONAL_ID_FNR, SYN80},
	{"01819012373", NATIONAL_ID_FNR, SYN80 | RULE_2032},
	{"01819012381", NATIONAL_ID_FNR, SYN80 | RULE_2032},
	{"02825551290", NATIONAL_ID_FNR, SYN80},
	{"02825551207", NATIONAL_ID_FNR, SYN80 | RULE_2032},
	{"02825551215", NATIONAL_ID_FNR, SYN80 | RULE_2032},
	{"10915596784", NATIONAL_ID_FNR, SYN80},
	{"50846202355", NATIONAL_ID_DNR, SYN80},
	{"41814061033", NATIONAL_ID_DNR, SYN80},
	{"41814065640", NATIONAL_ID_DNR, SYN80},
	{"41814075603", NATIONAL_ID_DNR, SYN80},
	{"41810021827", NATIONAL_ID_DNR, SYN80},
	{"41810025091", NATIONAL_ID_DNR, SYN80},
	{"41810034422", NATIONAL_ID_DNR, SYN80},
	{"41819123398", NATIONAL_ID_DNR, SYN80},
	{"41819123304", NATIONAL_ID_DNR, SYN80 | RULE_2032},
	{"41819123312", NATIONAL_ID_DNR, SYN80 | RULE_2032},
};

static const struct valid_case real[] = {
	{"13116900216", NATIONAL_ID_FNR, 0},	     {"53097248016", NATIONAL_ID_DNR, 0},
	{"13527248013", NATIONAL_ID_HNR, MONTH40},   {"68467038838", NATIONAL_ID_DNR, MONTH40},
	{"55507608360", NATIONAL_ID_DNR, MONTH40},   {"02013299997", NATIONAL_ID_FNR, 0},
	{"02013299903", NATIONAL_ID_FNR, RULE_2032}, {"30108299939", NATIONAL_ID_FNR, RULE_2032},
	{"02013299806", NATIONAL_ID_FNR, 0},	     {"30108299920", NATIONAL_ID_FNR, 0},
	{"01064112348", NATIONAL_ID_FNR, RULE_2032}, {"29020075838", NATIONAL_ID_FNR, 0},
	{"81234567802", NATIONAL_ID_FHN, 0},	     {"91234567883", NATIONAL_ID_FHN, 0},
	{"80000000179", NATIONAL_ID_FHN, 0},
};

static enum national_id_error classify(const struct national_id_rules *rules, const char *s)
{
	struct national_id id;

	return national_id_classify(rules, s, strlen(s), &id);
}

static void expect_valid(const struct valid_case *c, const struct national_id_rules *today,
			 const struct national_id_rules *later)
{
	struct national_id id;

	assert_int_equal(national_id_classify(later, c->number, 11, &id), NATIONAL_ID_OK);
	assert_int_equal(id.kind, c->kind);
	assert_int_equal(id.flags, c->flags);
	assert_int_equal(classify(today, c->number),
			 c->flags & RULE_2032 ? NATIONAL_ID_CHECKSUM : NATIONAL_ID_OK);
}

static void test_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(synthetic) / sizeof(synthetic[0]); i++)
		expect_valid(&synthetic[i], &sandbox, &sandbox_2032);
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		expect_valid(&real[i], &production, &production_2032);
}

static void test_modes_keep_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(synthetic) / sizeof(synthetic[0]); i++)
		assert_int_equal(classify(&production_2032, synthetic[i].number),
				 NATIONAL_ID_SYNTHETIC);
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		bool may = (real[i].flags & MONTH40) || real[i].kind == NATIONAL_ID_FHN;

		assert_int_equal(classify(&sandbox_2032, real[i].number),
				 may ? NATIONAL_ID_OK : NATIONAL_ID_REAL);
	}
}

static void test_invalid(void **state)
{
	static const struct {
		const char *number;
		enum national_id_error error;
	} cases[] = {
		{"81234567810", NATIONAL_ID_CHECKSUM}, /* r1 = 1: the new rule leaves FHN alone */
		{"91234567891", NATIONAL_ID_CHECKSUM},
		{"13057444850", NATIONAL_ID_CHECKSUM}, /* printed as an example, yet wrong */
		{"13097248032", NATIONAL_ID_CHECKSUM},
		{"13097248023", NATIONAL_ID_CHECKSUM},
		{"02013299996", NATIONAL_ID_CHECKSUM},
		{"02013299987", NATIONAL_ID_CHECKSUM},
		{"31028090032", NATIONAL_ID_DATE},
		{"00000000000", NATIONAL_ID_DATE},
		{"1234567890", NATIONAL_ID_FORMAT},
		{"123456789012", NATIONAL_ID_FORMAT},
		{"1234567890a", NATIONAL_ID_FORMAT},
		{"١٢٣٤٥٦٧٨٩٠١", NATIONAL_ID_FORMAT},
		{"", NATIONAL_ID_FORMAT},
		{" 1819012365", NATIONAL_ID_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(classify(&production, cases[i].number), cases[i].error);
		assert_int_equal(classify(&production_2032, cases[i].number), cases[i].error);
	}
}

static void test_every_changed_digit_is_seen(void **state)
{
	int tried = 0;

	(void)state;
	for (size_t at = 0; at < 11; at++) {
		for (char digit = '0'; digit <= '9'; digit++) {
			char number[] = "01819012365";

			if (number[at] == digit)
				continue;
			number[at] = digit;
			assert_int_not_equal(classify(&sandbox, number), NATIONAL_ID_OK);
			assert_int_not_equal(classify(&sandbox_2032, number), NATIONAL_ID_OK);
			tried++;
		}
	}
	assert_int_equal(tried, 99);
}

/* Shares of eleven random digits that pass the check digits: 1/121 today, 4/121 from 2032. */
static void test_shares(void **state)
{
	enum { TRIES = 200000 };
	uint64_t x = 88172645463325252u;
	int today = 0, later = 0;

	(void)state;
	for (int i = 0; i < TRIES; i++) {
		char number[12] = "";

		for (int d = 0; d < 11; d++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			number[d] = (char)('0' + x % 10);
		}
		if (number[0] >= '8')
			number[0] = '0';
		today += classify(&production, number) != NATIONAL_ID_CHECKSUM;
		later += classify(&sandbox_2032, number) != NATIONAL_ID_CHECKSUM;
	}
	assert_in_range(today, TRIES * 7 / 1000, TRIES * 10 / 1000);
	assert_in_range(later, TRIES * 30 / 1000, TRIES * 36 / 1000);
}

static void test_month_65_by_rule_only(void **state)
{
	struct national_id_rules rules = {.accept_syn65 = true};
	struct national_id id;
	char number[12];

	(void)state;
	/* the first number of 1 January (month 66) 1990 whose check digits fit */
	for (int last = 0; last < 1000000; last++) {
		snprintf(number, sizeof(number), "01669%06d", last);
		if (number[5] == '0' &&
		    national_id_classify(&rules, number, 11, &id) == NATIONAL_ID_OK)
			break;
	}
	assert_int_equal(national_id_classify(&rules, number, 11, &id), NATIONAL_ID_OK);
	assert_int_equal(id.flags, NATIONAL_ID_SYN65);
	assert_int_equal(classify(&sandbox, number), NATIONAL_ID_DATE);
	rules.production = true;
	assert_int_equal(national_id_classify(&rules, number, 11, &id), NATIONAL_ID_SYNTHETIC);
}

static void test_help_number_keeps_old_rule(void **state)
{
	char number[12];
	int found = 0;

	(void)state;
	for (int last = 0; last < 100000; last++) {
		struct national_id id;

		snprintf(number, sizeof(number), "135272%05d", last);
		if (national_id_classify(&sandbox_2032, number, 11, &id) != NATIONAL_ID_OK ||
		    !(id.flags & RULE_2032))
			continue;
		assert_int_equal(classify(&production_2032, number), NATIONAL_ID_CHECKSUM);
		found++;
	}
	assert_true(found > 0);
}

static void test_normalise(void **state)
{
	char out[NATIONAL_ID_SIZE];

	(void)state;
	assert_true(national_id_normalise("01819012365", 11, out));
	assert_string_equal(out, "01819012365");
	assert_true(national_id_normalise("018190 12365", 12, out));
	assert_string_equal(out, "01819012365");
	assert_true(national_id_normalise("018190-12365", 12, out));
	assert_string_equal(out, "01819012365");
	assert_false(national_id_normalise("018190  12365", 13, out));
	assert_false(national_id_normalise("0181901 2365", 12, out));
	assert_false(national_id_normalise(" 01819012365", 12, out));
	assert_false(national_id_normalise("018190.12365", 12, out));
	assert_false(national_id_normalise("", 0, out));
}

static void test_mode(void **state)
{
	(void)state;
	assert_true(national_id_is_production());
	assert_false(national_id_is_valid("01819012365", 11));
	assert_true(national_id_is_valid("13116900216", 11));
	national_id_mode(false, false);
	assert_false(national_id_is_production());
	assert_true(national_id_is_valid("01819012365", 11));
	assert_true(national_id_is_valid("018190 12365", 12));
	assert_false(national_id_is_valid("01819012373", 11));
	assert_false(national_id_is_valid("13116900216", 11));
	national_id_mode(false, true);
	assert_true(national_id_is_valid("01819012373", 11));
	assert_false(national_id_is_valid("not a number", 12));
}

static const char *const with[] = {
	"01819012365",
	"13116900216",
	"01819012373",
	"018190-12365",
	"DIPS-01819012365/2",
	"journal 018190 12365.",
	"FNR01819012365",
	"2026-1,01819012365",
	"id01819012365",
	"01819012365a",
	"Face01819012365BEEF",
	"sak2f01819012365",
	"01819012365+2",
	"deadbeefcafe01819012365",
	"c018190-12365d",
	"018f3c5e-7a10-7cc2-9d3e-01819012365",
	"018f3c5e-7a10-7cc2-9d3e-b01819012364 a01819012365",
};
static const char *const without[] = {
	"",
	"2026-1041",
	"01819012364",
	"018190123650",
	"018190123",
	"0181901 2365",
	"+4701819012",
	"+01819012365",
	"018f3c5e-7a10-7cc2-9d3e-b01819012365",
	"018F3C5E-7A10-7CC2-9D3E-01819012365B",
	"urn:uuid:018f3c5e-7a10-7cc2-9d3e-b01819012365/1",
	"9f86d081884c7d65a01819012365b15a",
	"4bf9b01819012365",
	"90123650181901236512",
};

static void test_stands_in(void **state)
{
	(void)state;
	for (int production_mode = 0; production_mode < 2; production_mode++) {
		national_id_mode(production_mode, false);
		for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++) {
			assert_true(national_id_stands_in(with[i], strlen(with[i])));
			assert_false(national_id_is_absent(with[i], strlen(with[i])));
		}
		for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
			assert_false(national_id_stands_in(without[i], strlen(without[i])));
			assert_true(national_id_is_absent(without[i], strlen(without[i])));
		}
	}
	/* bytes beyond the length are not looked at */
	assert_false(national_id_stands_in("01819012365", 10));
	assert_true(national_id_stands_in("01819012365a", 11));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_modes_keep_apart),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_every_changed_digit_is_seen),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_month_65_by_rule_only),
		cmocka_unit_test(test_help_number_keeps_old_rule),
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_stands_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
