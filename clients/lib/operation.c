/* Words and objects → a call of an operation; the values' types are value.c's. */
#include "lib/operation.h"

#include <string.h>
#include <strings.h>

#include "lib/encode.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/text.h"
#include "lib/value.h"

/* A call in the making. */
struct draft {
	struct arena *arena;
	const struct operation *operation;
	json_t *path, *query, *headers; /* objects of texts */
	json_t *body;			/* or NULL so far */
};

static const json_t *parameter(const struct operation *op, const char *name, size_t length)
{
	const json_t *one;
	size_t i;

	json_array_foreach(op->parameters, i, one)
	{
		const char *known = member_text(one, "name");

		if (strlen(known) == length && strncasecmp(known, name, length) == 0)
			return one;
	}
	return NULL;
}

static json_t *place_of(const struct draft *d, const json_t *param)
{
	const char *in = member_text(param, "in");

	return strcmp(in, "path") == 0 ? d->path : strcmp(in, "query") == 0 ? d->query : d->headers;
}

/* A second value of the same query parameter makes it a list. */
static void put_parameter(const struct draft *d, const json_t *param, const char *value)
{
	json_t *place = place_of(d, param), *text = json_string(value), *before;
	const char *name = member_text(param, "name");

	before = place == d->query ? json_object_get(place, name) : NULL;
	if (json_is_array(before))
		json_array_append_new(before, text);
	else if (before != NULL)
		json_object_set_new(place, name, json_pack("[O,o]", before, text));
	else
		json_object_set_new(place, name, text);
}

static bool load_body(struct draft *d, const char *path, const char **why)
{
	json_t *json = file_read_json(d->arena, path, why);

	if (json == NULL)
		return false;
	if (d->operation->body == NULL) {
		*why = arena_printf(d->arena, "%s takes no body", d->operation->id);
		return false;
	}
	if (json_is_object(d->body) && json_is_object(json))
		json_object_update_missing(d->body, json);
	else
		d->body = json;
	return true;
}

static const char *known_names(const struct draft *d)
{
	const json_t *schema = contract_resolve(d->operation->contract, d->operation->body), *one;
	struct text t;
	const char *name;
	size_t i;

	text_init(&t, d->arena);
	json_array_foreach(d->operation->parameters, i, one)
	{
		text_printf(&t, " %s", member_text(one, "name"));
	}
	json_object_foreach(json_object_get(schema, "properties"), name, one)
	{
		text_printf(&t, " %s", name);
	}
	return t.bytes;
}

/* The word's value as text: after the sign, or the content of the file that it names. */
static const char *value_text(struct draft *d, const char *value, const char **why)
{
	char *text;
	size_t size;

	if (value[0] != '@')
		return value;
	text = file_read(d->arena, value + 1, &size, why);
	if (text != NULL && size > 0 && text[size - 1] == '\n')
		text[size - 1] = '\0';
	return text;
}

static bool put_member(struct draft *d, const char *key, bool raw, const char *value,
		       const char **why)
{
	struct value_place place = {.arena = d->arena,
				    .contract = d->operation->contract,
				    .schema = d->operation->body};

	if (d->operation->body == NULL) {
		*why = arena_printf(d->arena, "%s has no '%s'; it has:%s", d->operation->id, key,
				    known_names(d));
		return false;
	}
	if (d->body == NULL)
		d->body = member_keep(d->arena, json_object());
	place.within = d->body;
	if (!value_find(&place, key, why)) {
		if (*why == NULL)
			*why = arena_printf(d->arena, "%s has no '%s'; it has:%s", d->operation->id,
					    key, known_names(d));
		return false;
	}
	return value_put(&place, raw, value, why);
}

static bool take_word(struct draft *d, const char *word, const char **why)
{
	const char *equals = strchr(word, '='), *value;
	const json_t *param;
	size_t length;
	bool raw;

	if (strcmp(word, "-") == 0 || (word[0] == '@' && word[1] != '\0'))
		return load_body(d, word[0] == '@' ? word + 1 : word, why);
	if (equals == NULL || equals == word) {
		*why = arena_printf(d->arena, "'%s' is not key=value", word);
		return false;
	}
	raw = equals[-1] == ':';
	length = (size_t)(equals - word) - (raw ? 1 : 0);
	value = value_text(d, equals + 1, why);
	if (value == NULL)
		return false;
	param = parameter(d->operation, word, length);
	if (param == NULL)
		return put_member(d, arena_copy(d->arena, word, length), raw, value, why);
	put_parameter(d, param, value);
	return true;
}

/* The path with its parameters put in. */
static const char *make_path(const struct draft *d, const char **why)
{
	const char *at = d->operation->path;
	struct text t;

	text_init(&t, d->arena);
	while (*at != '\0') {
		size_t plain = strcspn(at, "{"), name;
		const char *value;

		text_add_bytes(&t, at, plain);
		at += plain;
		if (*at == '\0')
			break;
		name = strcspn(at, "}");
		value = json_string_value(json_object_getn(d->path, at + 1, name - 1));
		if (value == NULL || value[0] == '\0') {
			*why = arena_printf(d->arena, "%s needs %.*s=…", d->operation->id,
					    (int)name - 1, at + 1);
			return NULL;
		}
		text_add(&t, encode_percent(d->arena, value));
		at += name + (at[name] == '}' ? 1 : 0);
	}
	return t.bytes;
}

static void draft_init(struct draft *d, struct arena *a, const struct operation *op)
{
	*d = (struct draft){
		.arena = a,
		.operation = op,
		.path = member_keep(a, json_object()),
		.query = member_keep(a, json_object()),
		.headers = member_keep(a, json_object()),
	};
}

static bool draft_finish(const struct draft *d, struct call *out, const char **why)
{
	*out = (struct call){
		.method = d->operation->method,
		.path = make_path(d, why),
		.from_root = d->operation->from_root,
		.anonymous = !d->operation->secured,
		.query = d->query,
		.headers = d->headers,
		.body = d->body,
		.content_type = d->operation->body_type,
	};
	if (out->body == NULL && d->operation->body != NULL)
		out->body = member_keep(d->arena, json_object());
	return out->path != NULL;
}

bool operation_fill(struct arena *a, const struct operation *op, const char *const *words,
		    struct call *out, const char **why)
{
	struct draft d;

	draft_init(&d, a, op);
	*why = NULL;
	for (; *words != NULL; words++)
		if (!take_word(&d, *words, why))
			return false;
	return draft_finish(&d, out, why);
}

bool operation_fill_json(struct arena *a, const struct operation *op, const json_t *input,
			 struct call *out, const char **why)
{
	struct draft d;
	const char *name;
	json_t *value;

	draft_init(&d, a, op);
	json_object_foreach((json_t *)(uintptr_t)input, name, value)
	{
		const json_t *param = parameter(op, name, strlen(name));

		if (param != NULL) {
			put_parameter(&d, param, member_readable(a, value));
			continue;
		}
		if (d.body == NULL)
			d.body = member_keep(a, json_object());
		json_object_set(d.body, name, value);
	}
	return draft_finish(&d, out, why);
}
