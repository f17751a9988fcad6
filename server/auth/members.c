/* Takes members out of the registry's JSON. */
#include "auth/members.h"

#include <string.h>

static const json_t *find(const json_t *json, const char *name)
{
	const json_t *member = json_object_get(json, name);

	return json_is_null(member) ? NULL : member;
}

static const char *take(struct arena *a, const json_t *text)
{
	size_t len = json_string_length(text);

	if (len == 0 || len > MEMBER_TEXT_MAX)
		return NULL;
	return arena_copy(a, json_string_value(text), len);
}

const char *member_text(struct arena *a, const json_t *json, const char *name)
{
	return take(a, json_object_get(json, name));
}

bool member_texts(struct arena *a, const json_t *json, const char *name, size_t max,
		  struct texts *out)
{
	const json_t *list = find(json, name), *one;
	size_t i;

	*out = (struct texts){.given = list != NULL};
	if (list == NULL)
		return true;
	if (!json_is_array(list) || json_array_size(list) > max)
		return false;
	out->list = arena_alloc(a, (json_array_size(list) + 1) * sizeof(*out->list));
	json_array_foreach(list, i, one)
	{
		out->list[i] = take(a, one);
		if (out->list[i] == NULL)
			return false;
		out->count++;
	}
	return true;
}

bool member_flag(const json_t *json, const char *name, bool usual, bool *out)
{
	const json_t *member = find(json, name);

	*out = member == NULL ? usual : json_is_true(member);
	return member == NULL || json_is_boolean(member);
}

bool member_number(const json_t *json, const char *name, int64_t least, int64_t most, int64_t *out)
{
	const json_t *member = find(json, name);

	if (member == NULL)
		return true;
	*out = json_integer_value(member);
	return json_is_integer(member) && *out >= least && *out <= most;
}

bool member_word(const json_t *json, const char *name, const char *const *words, int *out)
{
	const json_t *member = find(json, name);

	if (member == NULL)
		return true;
	for (int i = 0; json_is_string(member) && words[i] != NULL; i++) {
		if (strcmp(words[i], json_string_value(member)) != 0)
			continue;
		*out = i;
		return true;
	}
	return false;
}

bool texts_hold(const struct texts *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], text) == 0)
			return true;
	return false;
}
