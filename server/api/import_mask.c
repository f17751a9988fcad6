/* Rows of imports without what must not be kept. */
#include "api/import_mask.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

enum { NAME_LENGTH = 60, TEXT_MAX = 200, ROW_MAX = 4096, DIGITS = 11 /* of a personal number */ };

static const char stars[] = "***********";

bool import_name_is_plain(const char *name)
{
	size_t digits = 0;

	for (const char *c = name; *c != '\0'; c++)
		digits += isdigit((unsigned char)*c) != 0;
	return islower((unsigned char)*name) && digits < DIGITS / 2 &&
	       strlen(name) <= NAME_LENGTH &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/* How many bytes from here are digits, with single spaces, dots or hyphens between them. */
static size_t run_of_digits(const char *s, size_t *digits)
{
	size_t n = 0, end = 0;

	*digits = 0;
	for (; s[n] != '\0'; n++) {
		if (isdigit((unsigned char)s[n])) {
			(*digits)++;
			end = n + 1;
		} else if (n == 0 || n > end || strchr(" .-", s[n]) == NULL) {
			break;
		}
	}
	return end;
}

static void mask_digits(char *s)
{
	while (*s != '\0') {
		size_t digits, n = run_of_digits(s, &digits);

		for (size_t i = 0; digits >= DIGITS && i < n; i++)
			if (isdigit((unsigned char)s[i]))
				s[i] = '*';
		s += n == 0 ? 1 : n;
	}
}

/* A time has as many digits as a number, and is none. */
static bool is_time(const char *s)
{
	return strlen(s) >= 16 && strlen(s) <= 40 && s[4] == '-' && s[7] == '-' &&
	       strchr("T ", s[10]) != NULL && strspn(s, "0123456789-:.+TZ ") == strlen(s);
}

static json_t *masked_text(const char *value, size_t size)
{
	char text[TEXT_MAX + 1];
	size_t n = size < TEXT_MAX ? size : TEXT_MAX;

	if (strstr(value, "seal:") != NULL)
		return json_string(stars);
	memcpy(text, value, n);
	text[n] = '\0';
	while (n > 0 && !text_is_utf8(text, n)) /* cut within a character */
		text[--n] = '\0';
	if (!is_time(text))
		mask_digits(text);
	return json_string(text);
}

static json_t *masked_value(const char *name, json_t *value)
{
	if (strcmp(name, "patient_id") == 0)
		return json_string(stars);
	if (json_is_string(value))
		return masked_text(json_string_value(value), json_string_length(value));
	if (json_is_integer(value) && json_integer_value(value) > 999999999)
		return json_string(stars);
	return json_is_integer(value) || json_is_boolean(value) || json_is_real(value)
		       ? json_incref(value)
		       : NULL;
}

json_t *import_mask(const json_t *row)
{
	json_t *shown = json_object();
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)row, name, value)
	{
		json_t *masked = import_name_is_plain(name) ? masked_value(name, value) : NULL;

		if (masked != NULL)
			json_object_set_new(shown, name, masked);
	}
	if (json_dumpb(shown, NULL, 0, JSON_COMPACT) > ROW_MAX) {
		json_decref(shown);
		return NULL;
	}
	return shown;
}
