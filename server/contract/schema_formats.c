/* The table of the standard formats, and those of time and identity. */
#include "contract/schema_formats.h"

#include <ctype.h>
#include <string.h>

#include "contract/schema_node.h"

const struct schema_format schema_standard_formats[] = {
	{"date", format_date},	       {"date-time", format_date_time},
	{"duration", format_duration}, {"email", format_email},
	{"hostname", format_hostname}, {"idn-email", format_idn_email},
	{"ipv4", format_ipv4},	       {"ipv6", format_ipv6},
	{"regex", pattern_is_valid},   {"time", format_time},
	{"uri", format_uri},	       {"uri-reference", format_uri_reference},
	{"uuid", format_uuid},	       {NULL, NULL},
};

const struct schema_format *format_find(const struct schema_format *formats, const char *name,
					bool *own)
{
	*own = true;
	for (const struct schema_format *f = formats; f != NULL && f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	*own = false;
	for (const struct schema_format *f = schema_standard_formats; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* True when the text has the picture's form: '9' a digit, 'x' a hex digit, else itself. */
static bool looks_like(const char *s, const char *picture, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		bool fits = picture[i] == '9'	? c >= '0' && c <= '9'
			    : picture[i] == 'x' ? c < 0x80 && isxdigit(c)
						: c == (unsigned char)picture[i];

		if (!fits)
			return false;
	}
	return true;
}

static int two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool format_date(const char *s, size_t len)
{
	if (len != 10 || !looks_like(s, "9999-99-99", 10))
		return false;

	int year = two_digits(s) * 100 + two_digits(s + 2);
	int month = two_digits(s + 5), day = two_digits(s + 8);

	return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/* Minutes east of UTC, or false: "Z" or "+hh:mm" to the end. */
static bool read_offset(const char *s, size_t len, int *minutes)
{
	*minutes = 0;
	if (len == 1)
		return *s == 'Z' || *s == 'z';
	if (len != 6 || (*s != '+' && *s != '-') || !looks_like(s + 1, "99:99", 5))
		return false;

	int hour = two_digits(s + 1), minute = two_digits(s + 4);

	*minutes = (hour * 60 + minute) * (*s == '-' ? -1 : 1);
	return hour < 24 && minute < 60;
}

/* Length of ".123" at the start, or 0. A point alone has no length, and fails where it stands. */
static size_t fraction_length(const char *s, size_t len)
{
	size_t n = 1;

	if (len == 0 || *s != '.')
		return 0;
	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n == 1 ? 0 : n;
}

bool format_time(const char *s, size_t len)
{
	int offset;

	if (len < 9 || !looks_like(s, "99:99:99", 8))
		return false;

	size_t used = 8 + fraction_length(s + 8, len - 8);

	if (used == len || !read_offset(s + used, len - used, &offset))
		return false;

	int hour = two_digits(s), minute = two_digits(s + 3), second = two_digits(s + 6);
	int utc = (hour * 60 + minute - offset + 2 * 1440) % 1440;

	return hour < 24 && minute < 60 && (second < 60 || (second == 60 && utc == 1439));
}

bool format_date_time(const char *s, size_t len)
{
	return len > 11 && format_date(s, 10) && (s[10] == 'T' || s[10] == 't') &&
	       format_time(s + 11, len - 11);
}

/*
 * Units in their order, e.g. "YMD": each at most once, and none left out between two that are
 * there. Returns how many bytes were read, 0 for none.
 */
static size_t read_units(const char *s, size_t len, const char *units)
{
	size_t used = 0, next = 0;

	for (;;) {
		size_t at = used;

		while (at < len && s[at] >= '0' && s[at] <= '9')
			at++;
		if (at == used || at == len)
			return used;

		const char *unit = memchr(units + next, s[at], strlen(units + next));

		if (unit == NULL || (used > 0 && unit != units + next))
			return used;
		next = (size_t)(unit - units) + 1;
		used = at + 1;
	}
}

bool format_duration(const char *s, size_t len)
{
	size_t used = 1;

	if (len < 3 || *s != 'P')
		return false;
	if (read_units(s + 1, len - 1, "W") == len - 1)
		return true;
	used += read_units(s + used, len - used, "YMD");
	if (used == len)
		return true;
	if (s[used] != 'T')
		return false;
	used++;

	size_t clock = read_units(s + used, len - used, "HMS");

	return clock > 0 && used + clock == len;
}

bool format_uuid(const char *s, size_t len)
{
	return len == 36 && looks_like(s, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", 36);
}
