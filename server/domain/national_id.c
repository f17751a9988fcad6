/* Decides whether eleven digits are a national person number, and of which kind. */
#include "domain/national_id.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"

enum { DIGITS = 11, SHORT_YEARS = 100, UUID_LENGTH = 36, DIGEST_MIN = 16 /* 64 bits */ };

/* 2032-01-01 00:00 in Europe/Oslo */
static const int64_t new_rule_starts = 1956524400;

static const int weights1[] = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
static const int weights2[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};

static struct national_id_rules mode = {.production = true};

static int remainder11(const char *s, const int *weights, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += weights[i] * (s[i] - '0');
	return sum % 11;
}

static bool all_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static int two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

static bool day_exists(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12 || day < 1)
		return false;
	/* the number has two digits of the year; the official code lets 00 be a leap year */
	return day <= days[month - 1] + (month == 2 && year % SHORT_YEARS % 4 == 0 ? 1 : 0);
}

/* The calendar month behind the marks for synthetic and help numbers. */
static int read_month(int month, bool accept_syn65, unsigned *flags)
{
	if (month >= 81 && month <= 92) {
		*flags |= NATIONAL_ID_SYN80;
		return month - 80;
	}
	if (accept_syn65 && month >= 66 && month <= 77) {
		*flags |= NATIONAL_ID_SYN65;
		return month - 65;
	}
	if (month >= 41 && month <= 52) {
		*flags |= NATIONAL_ID_MONTH40;
		return month - 40;
	}
	return month;
}

static enum national_id_error fits_mode(const struct national_id_rules *rules,
					const struct national_id *id)
{
	const unsigned synthetic = NATIONAL_ID_SYN80 | NATIONAL_ID_SYN65;

	if (rules->production) {
		/* help numbers are not part of the change of 2032 */
		if ((id->flags & NATIONAL_ID_MONTH40) && (id->flags & NATIONAL_ID_RULE_2032))
			return NATIONAL_ID_CHECKSUM;
		return id->flags & synthetic ? NATIONAL_ID_SYNTHETIC : NATIONAL_ID_OK;
	}
	return id->flags & (synthetic | NATIONAL_ID_MONTH40) ? NATIONAL_ID_OK : NATIONAL_ID_REAL;
}

static enum national_id_error classify_dated(const struct national_id_rules *rules, const char *s,
					     struct national_id *id)
{
	int day = two_digits(s);
	int month = read_month(two_digits(s + 2), rules->accept_syn65, &id->flags);

	if (s[0] >= '4') {
		day -= 40;
		id->kind = NATIONAL_ID_DNR;
	} else if (id->flags & NATIONAL_ID_MONTH40) {
		id->kind = NATIONAL_ID_HNR;
	} else {
		id->kind = NATIONAL_ID_FNR;
	}
	if (!day_exists(two_digits(s + 4), month, day))
		return NATIONAL_ID_DATE;
	return fits_mode(rules, id);
}

enum national_id_error national_id_classify(const struct national_id_rules *rules, const char *s,
					    size_t len, struct national_id *out)
{
	*out = (struct national_id){0};
	if (len != DIGITS || !all_digits(s, len))
		return NATIONAL_ID_FORMAT;

	int r1 = remainder11(s, weights1, 10), r2 = remainder11(s, weights2, 11);

	if (r2 != 0 || r1 > (rules->accept_2032 ? 3 : 0))
		return NATIONAL_ID_CHECKSUM;
	if (s[0] >= '8') {
		out->kind = NATIONAL_ID_FHN;
		return r1 == 0 ? NATIONAL_ID_OK : NATIONAL_ID_CHECKSUM;
	}
	if (r1 != 0)
		out->flags |= NATIONAL_ID_RULE_2032;
	return classify_dated(rules, s, out);
}

bool national_id_normalise(const char *s, size_t len, char out[NATIONAL_ID_SIZE])
{
	bool split = len == DIGITS + 1 && (s[6] == ' ' || s[6] == '-');

	if (len != DIGITS && !split)
		return false;
	memcpy(out, s, 6);
	memcpy(out + 6, s + (split ? 7 : 6), 5);
	out[DIGITS] = '\0';
	return all_digits(out, DIGITS);
}

void national_id_mode(bool production, bool accept_2032)
{
	mode = (struct national_id_rules){.production = production, .accept_2032 = accept_2032};
}

bool national_id_is_production(void)
{
	return mode.production;
}

bool national_id_is_valid(const char *s, size_t len)
{
	struct national_id_rules rules = mode;
	struct national_id id;
	char number[NATIONAL_ID_SIZE];

	if (!national_id_normalise(s, len, number))
		return false;
	rules.accept_2032 = rules.accept_2032 || clock_real_s() >= new_rule_starts;
	return national_id_classify(&rules, number, DIGITS, &id) == NATIONAL_ID_OK;
}

/* Eleven digits that are a number in any mode. */
static bool is_number(const char *s, size_t len)
{
	static const struct national_id_rules widest = {.accept_2032 = true};
	char number[NATIONAL_ID_SIZE];
	struct national_id id;

	if (!national_id_normalise(s, len, number))
		return false;

	enum national_id_error said = national_id_classify(&widest, number, DIGITS, &id);

	return said == NATIONAL_ID_OK || said == NATIONAL_ID_REAL;
}

/* 8-4-4-4-12 hexadecimal digits begin at `s`, which holds at least UUID_LENGTH bytes. */
static bool is_uuid(const char *s)
{
	for (size_t i = 0; i < UUID_LENGTH; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
	}
	return true;
}

/* A UUID reaches over all of from `begin` to `end`. */
static bool is_in_uuid(const char *s, size_t len, size_t begin, size_t end)
{
	size_t first = end > UUID_LENGTH ? end - UUID_LENGTH : 0;

	for (size_t i = first; i <= begin && i + UUID_LENGTH <= len; i++)
		if (is_uuid(s + i))
			return true;
	return false;
}

/*
 * A run of DIGEST_MIN or more hexadecimal digits reaches over all of from `begin` to `end`, and
 * other digits stand in it: a digest, not a word whose letters happen to be hexadecimal. Looked at
 * is no more of the run than that takes.
 */
static bool is_in_digest(const char *s, size_t len, size_t begin, size_t end)
{
	size_t first = begin, last = end;
	bool digits = false;

	for (; first > 0 && begin - first < DIGEST_MIN && isxdigit((unsigned char)s[first - 1]);
	     first--)
		digits = digits || isdigit((unsigned char)s[first - 1]);
	for (; last < len && last - end < DIGEST_MIN && isxdigit((unsigned char)s[last]); last++)
		digits = digits || isdigit((unsigned char)s[last]);
	return digits && last - first >= DIGEST_MIN;
}

/* From `begin` to `end` stands no piece of a longer number, a telephone number or a name. */
static bool stands_alone(const char *s, size_t len, size_t begin, size_t end)
{
	if (begin > 0 && (isdigit((unsigned char)s[begin - 1]) || s[begin - 1] == '+'))
		return false;
	if (end < len && isdigit((unsigned char)s[end]))
		return false;
	return !is_in_uuid(s, len, begin, end) && !is_in_digest(s, len, begin, end);
}

bool national_id_stands_in(const char *s, size_t len)
{
	for (size_t i = 0; i + DIGITS <= len; i++)
		for (size_t n = DIGITS; n <= DIGITS + 1 && i + n <= len; n++)
			if (is_number(s + i, n) && stands_alone(s, len, i, i + n))
				return true;
	return false;
}

bool national_id_is_absent(const char *s, size_t len)
{
	return !national_id_stands_in(s, len);
}
