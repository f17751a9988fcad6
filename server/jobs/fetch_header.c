/* Reads the head of an answer, line by line. */
#include "jobs/fetch_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 255, DIGITS_MAX = 9 };

/* The value when the line has that name, without white space around it; false when it is long. */
static bool value_of(const char *line, size_t len, const char *name, char out[VALUE_MAX + 1])
{
	size_t at = strlen(name) + 1;

	if (len < at || line[at - 1] != ':' || strncasecmp(line, name, at - 1) != 0)
		return false;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	while (len > at && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	if (len - at > VALUE_MAX)
		return false;
	snprintf(out, VALUE_MAX + 1, "%.*s", (int)(len - at), line + at);
	return true;
}

static int64_t seconds(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits == 0 || digits > DIGITS_MAX ? -1 : strtol(text, NULL, 10);
}

void fetch_header(struct fetch_answer *answer, const char *line, size_t len)
{
	char value[VALUE_MAX + 1];

	if (value_of(line, len, "ETag", value) && strlen(value) < sizeof(answer->etag))
		memcpy(answer->etag, value, strlen(value) + 1);
	if (value_of(line, len, "Retry-After", value))
		answer->retry_after_s = seconds(value);
	if (value_of(line, len, "Cache-Control", value)) {
		const char *age = strcasestr(value, "max-age=");

		if (age != NULL)
			answer->max_age_s = seconds(age + strlen("max-age="));
	}
}
