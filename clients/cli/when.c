/* Times as people read them. */
#include "cli/when.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The zone after the seconds: "Z", "+01:00"; its offset in seconds. False for anything else. */
static bool read_zone(const char *zone, long *offset)
{
	char *end;
	long hours, minutes;

	*offset = 0;
	if (strcmp(zone, "Z") == 0 || strcmp(zone, "z") == 0)
		return true;
	if ((zone[0] != '+' && zone[0] != '-') || strlen(zone) != 6 || zone[3] != ':')
		return false;
	hours = strtol(zone + 1, &end, 10);
	minutes = strtol(zone + 4, &end, 10);
	*offset = (hours * 60 + minutes) * (zone[0] == '-' ? -60 : 60);
	return *end == '\0';
}

const char *when_readable(struct arena *a, const char *text)
{
	char out[sizeof("2026-01-01 00:00")];
	struct tm at = {.tm_sec = 0};
	const char *rest;
	time_t seconds;
	long offset;

	if (strlen(text) < sizeof("2026-01-01T00:00:00Z") - 1 || text[4] != '-' || text[10] != 'T')
		return text;
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &at);
	if (rest != NULL && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (rest == NULL || !read_zone(rest, &offset))
		return text;
	seconds = timegm(&at) - offset;
	if (localtime_r(&seconds, &at) == NULL ||
	    strftime(out, sizeof(out), "%Y-%m-%d %H:%M", &at) == 0)
		return text;
	return arena_dup(a, out);
}
