/* Checks of organisation, health personnel, municipality, telephone and immigration numbers. */
#include "domain/identifiers.h"

#include <stdio.h>
#include <string.h>

#include "domain/national_id.h"

enum { PHONE_DIGITS_MIN = 8, PHONE_DIGITS_MAX = 15, NORWEGIAN_DIGITS = 8, MACHINE_DIGITS = 12 };

static bool all_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static int weighted_sum(const char *s, const int *weights, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += weights[i] * (s[i] - '0');
	return sum;
}

bool organisation_number_is_valid(const char *s, size_t len)
{
	static const int weights[] = {3, 2, 7, 6, 5, 4, 3, 2};

	if (len != 9 || !all_digits(s, len))
		return false;
	if (strchr(national_id_is_production() ? "89" : "2389", s[0]) == NULL)
		return false;

	int rest = weighted_sum(s, weights, 8) % 11;

	/* a rest of 1 would need the check digit 10, which no digit equals */
	return s[8] - '0' == (rest == 0 ? 0 : 11 - rest);
}

bool hpr_number_is_valid(const char *s, size_t len)
{
	return len >= 1 && len <= 9 && s[0] != '0' && all_digits(s, len);
}

bool municipality_number_is_valid(const char *s, size_t len)
{
	return len == 4 && all_digits(s, len) && memcmp(s, "00", 2) != 0 &&
	       memcmp(s + 2, "00", 2) != 0;
}

bool phone_is_valid(const char *s, size_t len)
{
	if (len < 1 + PHONE_DIGITS_MIN || len > 1 + PHONE_DIGITS_MAX || s[0] != '+' ||
	    s[1] == '0' || !all_digits(s + 1, len - 1))
		return false;
	if (memcmp(s, "+47", 3) != 0)
		return true;
	return len - 3 == NORWEGIAN_DIGITS || len - 3 == MACHINE_DIGITS;
}

static bool is_filler(char c)
{
	return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')';
}

enum { WRITTEN_DIGITS_MAX = 2 + PHONE_DIGITS_MAX };

/* The digits of a written number and whether a plus stood before them; -1 when it is none. */
static int read_digits(const char *s, size_t len, char digits[WRITTEN_DIGITS_MAX + 1], bool *plus)
{
	int n = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_filler(s[i]))
			continue;
		if (s[i] == '+' && n == 0 && !*plus)
			*plus = true;
		else if (all_digits(&s[i], 1) && n < WRITTEN_DIGITS_MAX)
			digits[n++] = s[i];
		else
			return -1;
	}
	digits[n] = '\0';
	return n;
}

bool phone_normalise(const char *s, size_t len, char out[PHONE_SIZE])
{
	char digits[WRITTEN_DIGITS_MAX + 1];
	bool plus = false;
	int n = read_digits(s, len, digits, &plus);

	if (n < 0)
		return false;
	if (!plus && n == NORWEGIAN_DIGITS)
		n = snprintf(out, PHONE_SIZE, "+47%s", digits);
	else if (plus)
		n = snprintf(out, PHONE_SIZE, "+%s", digits);
	else if (strncmp(digits, "00", 2) == 0)
		n = snprintf(out, PHONE_SIZE, "+%s", digits + 2);
	else
		return false;
	return n < PHONE_SIZE && phone_is_valid(out, (size_t)n);
}

bool duf_number_is_valid(const char *s, size_t len)
{
	static const int weights[] = {4, 6, 3, 2, 4, 6, 3, 2, 7, 5};

	if (len != 12 || !all_digits(s, len))
		return false;
	return weighted_sum(s, weights, 10) % 11 == (s[10] - '0') * 10 + (s[11] - '0');
}
