/* Takes apart the values of search parameters. */
#include "api/fhir_value.h"

#include <ctype.h>
#include <string.h>

const char *fhir_value_next(struct arena *a, const char **rest)
{
	const char *s = *rest;

	if (s == NULL)
		return NULL;

	char *out = arena_alloc(a, strlen(s) + 1), *at = out;

	for (; *s != '\0' && *s != ','; s++) {
		/* before `|` the backslash stays, for whoever splits there */
		if (*s == '\\' && s[1] != '\0' && s[1] != '|')
			s++;
		else if (*s == '\\' && s[1] == '|')
			*at++ = *s++;
		*at++ = *s;
	}
	*rest = *s == ',' ? s + 1 : NULL;
	return out;
}

static const char *without_escapes(struct arena *a, const char *s, size_t len)
{
	char *out = arena_alloc(a, len + 1), *at = out;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && i + 1 < len && s[i + 1] == '|')
			i++;
		*at++ = s[i];
	}
	return out;
}

/* The first `|` without a backslash before it, or NULL. */
static const char *bar(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '|')
			return s;
	}
	return NULL;
}

json_t *fhir_value_token(struct arena *a, const char *value)
{
	const char *split = bar(value), *code = split == NULL ? value : split + 1;
	json_t *token = json_object();

	if (split != NULL)
		json_object_set_new(
			token, "system",
			json_string(without_escapes(a, value, (size_t)(split - value))));
	if (*code != '\0')
		json_object_set_new(token, "code",
				    json_string(without_escapes(a, code, strlen(code))));
	return token;
}

static bool is_uuid(const char *s)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)s[i]) : s[i] != form[i])
			return false;
	return true;
}

json_t *fhir_value_reference(struct arena *a, const char *base, const char *value)
{
	size_t len = strlen(base);

	if (strncmp(value, base, len) == 0 && value[len] == '/')
		value += len + 1;

	const char *slash = strchr(value, '/'), *id = slash == NULL ? value : slash + 1;
	json_t *reference;

	if (*id == '\0' || strchr(id, '/') != NULL || (slash != NULL && slash == value))
		return NULL;
	reference = json_object();
	if (slash != NULL)
		json_object_set_new(reference, "type",
				    json_string(arena_copy(a, value, (size_t)(slash - value))));
	if (is_uuid(id))
		json_object_set_new(reference, "id", json_string(id));
	return reference;
}

/* Whether `s` has the form: 9 any digit, else the character itself. */
static bool has_form(const char *s, const char *form)
{
	for (; *form != '\0'; s++, form++)
		if (*form == '9' ? !isdigit((unsigned char)*s) : *s != *form)
			return false;
	return true;
}

static int number(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

static bool day_exists(const char *date)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = number(date) * 100 + number(date + 2), month = number(date + 5),
	    day = number(date + 8);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
	       (month != 2 || day < 29 || leap);
}

/* "Z", "+01:00", or with a space where a `+` was not encoded. */
static bool is_offset(const char *s)
{
	return strcmp(s, "Z") == 0 || (strchr("+- ", *s) != NULL && has_form(s + 1, "99:99") &&
				       s[6] == '\0' && number(s + 1) <= 14 && number(s + 4) <= 59);
}

/* A date up to minutes or seconds; what follows may be an offset. NULL when it is none. */
static const char *time_span(const char *s, const char **offset)
{
	const char *span = "1 minute", *end = s + 16;

	if (!has_form(s + 10, "T99:99") || number(s + 11) > 23 || number(s + 14) > 59)
		return NULL;
	if (*end == ':') {
		if (!has_form(end, ":99") || number(end + 1) > 59)
			return NULL;
		span = "1 second";
		end += 3;
		if (*end == '.') {
			size_t digits = strspn(end + 1, "0123456789");

			if (digits == 0 || digits > 6)
				return NULL;
			span = "1 microsecond";
			end += 1 + digits;
		}
	}
	*offset = end;
	return *end == '\0' || is_offset(end) ? span : NULL;
}

static json_t *date_of(struct arena *a, const char *s, const char *prefix)
{
	static const struct {
		const char *form, *rest, *span;
	} kinds[] = {{"9999", "-01-01", "1 year"},
		     {"9999-99", "-01", "1 month"},
		     {"9999-99-99", "", "1 day"}};
	size_t len = strlen(s);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (len != strlen(kinds[i].form) || !has_form(s, kinds[i].form))
			continue;

		const char *from = arena_printf(a, "%s%s", s, kinds[i].rest);

		return !day_exists(from) ? NULL
					 : json_pack("{s:s, s:s, s:s}", "prefix", prefix, "from",
						     from, "span", kinds[i].span);
	}
	if (len < 16 || !has_form(s, "9999-99-99") || !day_exists(s))
		return NULL;

	const char *offset, *span = time_span(s, &offset);

	if (span == NULL)
		return NULL;

	char *from = arena_dup(a, s);

	if (*offset == ' ')
		from[offset - s] = '+';
	return json_pack("{s:s, s:s, s:s, s:b}", "prefix", prefix, "from", from, "span", span,
			 "zoned", *offset != '\0');
}

json_t *fhir_value_date(struct arena *a, const char *value)
{
	static const char *const prefixes[] = {"eq", "ne", "gt", "lt", "ge",
					       "le", "sa", "eb", "ap"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(value, prefixes[i], 2) == 0)
			return date_of(a, value + 2, prefixes[i]);
	return date_of(a, value, "eq");
}

bool fhir_value_is_number(const char *value)
{
	static const char *const systems[] = {
		"urn:oid:2.16.578.1.12.4.1.4.1|",
		"urn:oid:2.16.578.1.12.4.1.4.2|",
		"urn:oid:2.16.578.1.12.4.1.4.3|",
		"urn:oid:2.16.578.1.12.4.1.4.5|",
		"HNR|",
		"2.16.578.1.12.4.1.4.1|",
		"2.16.578.1.12.4.1.4.2|",
		"2.16.578.1.12.4.1.4.3|",
	};
	size_t digits = strspn(value, "0123456789");

	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (strncmp(value, systems[i], strlen(systems[i])) == 0)
			return true;
	return value[digits] == '\0' && (digits == 11 || digits == 12);
}
