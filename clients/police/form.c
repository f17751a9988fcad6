/* Forms of the police adapter: what people write, as the contract wants it. */
#include "police/form.h"

#include <string.h>

#include "lib/member.h"
#include "lib/value.h"

static char *trimmed(char *text)
{
	char *end;

	text += strspn(text, " \t\r");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r", end[-1]) != NULL)
		end--;
	*end = '\0';
	return text;
}

/* One line into the body; false with the key, or the line's number, in `*pointer`. */
static bool read_line(struct value_place *place, char *line, unsigned number, const char **pointer)
{
	const json_t *body_schema = place->schema;
	json_t *body = place->within;
	char *equals = strchr(line, '=');
	const char *why;
	bool fits;

	line = trimmed(line);
	if (line[0] == '\0' || line[0] == '#')
		return true;
	*pointer = arena_printf(place->arena, "line %u", number);
	if (equals == NULL)
		return false;
	*equals = '\0';
	line = trimmed(line);
	fits = value_find(place, line, &why);
	if (fits) {
		*pointer = arena_dup(place->arena, line);
		fits = value_put(place, false, trimmed(equals + 1), &why);
	}
	place->schema = body_schema;
	place->within = body;
	return fits;
}

static json_t *read_lines(struct arena *a, const struct operation *op, char *text,
			  const char **pointer)
{
	struct value_place place = {
		.arena = a,
		.contract = op->contract,
		.schema = op->body,
		.within = member_keep(a, json_object()),
	};
	unsigned number = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL)
		if (!read_line(&place, line, ++number, pointer))
			return NULL;
	return place.within;
}

json_t *form_read(struct arena *a, const struct operation *op, char *text, const char **pointer)
{
	json_t *body, *usual;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	*pointer = "";
	if (text[strspn(text, " \t\r\n")] == '{')
		body = member_keep(a, json_loads(text, JSON_REJECT_DUPLICATES, NULL));
	else
		body = read_lines(a, op, text, pointer);
	if (body == NULL)
		return NULL;
	usual = member_keep(a, json_pack("{s:s,s:s}", "type", "POLICE_CONCERN",
					 "has_minor_children", "UNKNOWN"));
	json_object_update_missing(body, usual);
	return body;
}
