/* Whom a request is about that has not been judged yet. */
#include "api/named.h"

#include <string.h>

#include <jansson.h>

#include "base/config.h"
#include "base/text.h"
#include "contract/json_value.h"
#include "contract/schema_formats.h"

static const char member[] = "patient_id";

static const char *if_uuid(const char *s)
{
	return s != NULL && format_uuid(s, strlen(s)) ? s : NULL;
}

static const char *in_query(struct arena *a, const char *query)
{
	for (const char *s = query; s != NULL && *s != '\0'; s += strcspn(s, "&"), s += *s == '&')
		if (strncmp(s, member, sizeof(member) - 1) == 0 && s[sizeof(member) - 1] == '=') {
			const char *value = s + sizeof(member);

			return if_uuid(text_percent_decode(a, value, strcspn(value, "&"), true));
		}
	return NULL;
}

static const char *in_body(struct arena *a, const char *body, size_t size)
{
	json_t *json = NULL;
	const char *found;

	if (body != NULL && json_fits_depth(body, size, config.json_depth))
		json = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
	found = if_uuid(json_string_value(json_object_get(json, member)));
	if (found != NULL)
		found = arena_dup(a, found);
	json_decref(json);
	return found;
}

const char *named_person(struct arena *a, const char *raw_query, const char *body, size_t size)
{
	const char *found = in_query(a, raw_query);

	return found != NULL ? found : in_body(a, body, size);
}
