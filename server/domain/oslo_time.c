/* Completes local times by the rule for summer time. Pure. */
#include "domain/oslo_time.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MARCH = 3, OCTOBER = 10, FIRST_YEAR = 1996, TEXT_MAX = 31 };

struct local {
	int year, month, day, hour, minute, second;
};

static bool digits(const char *s, size_t n, int *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*value = *value * 10 + s[i] - '0';
	}
	return true;
}

/* "YYYY-MM-DD" and a T or a space and "HH:MM". Whether there is such a day is the schema's to say.
 */
static bool read_minutes(const char *s, size_t len, struct local *t)
{
	return len >= 16 && s[4] == '-' && s[7] == '-' && (s[10] == 'T' || s[10] == ' ') &&
	       s[13] == ':' && digits(s, 4, &t->year) && digits(s + 5, 2, &t->month) &&
	       digits(s + 8, 2, &t->day) && digits(s + 11, 2, &t->hour) &&
	       digits(s + 14, 2, &t->minute);
}

/* ":SS" and a fraction, both optional: their length. */
static size_t seconds_length(const char *s, size_t len)
{
	int ignored;

	if (len < 3 || s[0] != ':' || !digits(s + 1, 2, &ignored))
		return 0;
	if (len < 5 || s[3] != '.')
		return 3;
	return 4 + strspn(s + 4, "0123456789");
}

/* Day of the week, 0 for Sunday (Sakamoto). */
static int weekday(int year, int month, int day)
{
	static const int shift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};

	if (month < 3)
		year--;
	return (year + year / 4 - year / 100 + year / 400 + shift[month - 1] + day) % 7;
}

/* Both months have 31 days. */
static int last_sunday(int year, int month)
{
	return 31 - weekday(year, month, 31);
}

/* Hours since the change of the clock in this month, by the clock before it; negative before. */
static int hours_since_change(const struct local *t)
{
	return (t->day - last_sunday(t->year, t->month)) * 24 + t->hour -
	       (t->month == MARCH ? 2 : 3);
}

static enum oslo_time offset_of(const struct local *t, const char **offset)
{
	bool summer = t->month > MARCH && t->month < OCTOBER;

	if (t->year < FIRST_YEAR)
		return OSLO_TIME_OLD;
	if (t->month == MARCH) {
		int since = hours_since_change(t);

		if (since == 0)
			return OSLO_TIME_SKIPPED;
		summer = since > 0;
	} else if (t->month == OCTOBER) {
		int since = hours_since_change(t);

		if (since == -1)
			return OSLO_TIME_AMBIGUOUS;
		summer = since < 0;
	}
	*offset = summer ? "+02:00" : "+01:00";
	return OSLO_TIME_OK;
}

enum oslo_time oslo_time_complete(const char *s, size_t len, char out[OSLO_TIME_SIZE])
{
	struct local t;
	char text[TEXT_MAX + 1];
	const char *offset = "";
	enum oslo_time what = OSLO_TIME_OK;

	if (len > TEXT_MAX)
		return OSLO_TIME_NONE;
	memcpy(text, s, len);
	text[len] = '\0';
	if (strlen(text) != len || !read_minutes(text, len, &t) || t.month < 1 || t.month > 12)
		return OSLO_TIME_NONE;

	size_t seconds = seconds_length(text + 16, len - 16);
	const char *rest = text + 16 + seconds;

	if (*rest == '\0')
		what = offset_of(&t, &offset);
	if (what == OSLO_TIME_OK)
		snprintf(out, OSLO_TIME_SIZE, "%.10sT%.5s%.*s%s%s", text, text + 11,
			 seconds > 0 ? (int)seconds : 3, seconds > 0 ? text + 16 : ":00", rest,
			 offset);
	return what;
}
