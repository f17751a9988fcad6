/* Reads what a deprecated operation announces: since when, until when, and where to read on. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "contract/contract_load.h"

/* docs/versioning.md: whoever has built on an operation has half a year to leave it. */
enum { NOTICE_DAYS = 183, DAY_S = 86400 };

/* A day "2027-06-30" as its first second in UTC. */
static bool read_day(struct loader *l, const json_t *json, const char *name, time_t *at)
{
	const char *day = json_string_value(json_object_get(json, name));
	struct tm tm = {0};
	char same[16];

	if (day == NULL)
		return loader_refuse(l, "what is deprecated needs %s", name);

	const char *end = strptime(day, "%Y-%m-%d", &tm);

	*at = timegm(&tm);
	/* only a day that there is comes back as it was written */
	if (end != NULL && *end == '\0' && strftime(same, sizeof(same), "%Y-%m-%d", &tm) > 0 &&
	    strcmp(same, day) == 0)
		return true;
	return loader_refuse(l, "%s '%s' is not a day", name, day);
}

static const char *http_date(struct loader *l, time_t at)
{
	struct tm tm;
	char text[40];

	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	return arena_dup(l->arena, text);
}

static const char *page_of(struct loader *l, const json_t *json, const char *id)
{
	const json_t *tag = json_array_get(json_object_get(json, "tags"), 0);

	return arena_printf(l->arena, "</docs#/%s/%s>; rel=\"deprecation\"; type=\"text/html\"",
			    tag == NULL ? "default" : json_string_value(tag), id);
}

bool operation_load_deprecation(struct loader *l, const json_t *json, struct operation *op)
{
	struct deprecation *d = &op->deprecation;
	time_t since = 0, sunset = 0;

	if (!json_is_true(json_object_get(json, "deprecated"))) {
		if (json_object_get(json, "x-deprecated-since") == NULL &&
		    json_object_get(json, "x-sunset") == NULL)
			return true;
		return loader_refuse(l, "only what is deprecated has a sunset");
	}
	if (!read_day(l, json, "x-deprecated-since", &since) ||
	    !read_day(l, json, "x-sunset", &sunset))
		return false;
	if (sunset - since < (time_t)NOTICE_DAYS * DAY_S)
		return loader_refuse(l, "x-sunset is less than %d days after x-deprecated-since",
				     NOTICE_DAYS);
	d->since = arena_printf(l->arena, "@%lld", (long long)since);
	d->sunset = http_date(l, sunset);
	d->link = page_of(l, json, op->id);
	return true;
}
