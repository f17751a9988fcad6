/*
 * What stays of the document when the contract is loaded. Everything is a copy, so that the whole
 * document, ten times as large, can be given back in one piece.
 */
#include <stdint.h>
#include <string.h>

#include "contract/contract_load.h"
#include "contract/kept_texts.h"

const char *loader_keep(struct loader *l, const char *text)
{
	return kept_texts_keep(l->texts, text);
}

const char *loader_text(struct loader *l, const json_t *object, const char *name)
{
	return loader_keep(l, json_string_value(json_object_get(object, name)));
}

static void release_json(void *json)
{
	json_decref(json);
}

const json_t *loader_keep_json(struct loader *l, const json_t *json)
{
	json_t *kept = json_deep_copy(json);

	if (kept != NULL)
		arena_adopt(l->arena, release_json, kept);
	return kept;
}

/* A copy of the member, if it is there. */
static void copy(json_t *to, const json_t *from, const char *name)
{
	const json_t *value = json_object_get(from, name);

	if (value != NULL)
		json_object_set_new(to, name, json_deep_copy(value));
}

const json_t *loader_keep_parts(struct loader *l)
{
	static const char *const parts[] = {"info", "x-access-matrix", "x-problems",
					    "x-state-machines"};
	json_t *kept = json_object(), *components = json_object();

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		copy(kept, l->document, parts[i]);
	copy(components, json_object_get(l->document, "components"), "securitySchemes");
	json_object_set_new(kept, "components", components);
	arena_adopt(l->arena, release_json, kept);
	return kept;
}

const json_t *loader_keep_extensions(struct loader *l, const json_t *json)
{
	json_t *kept = json_object(), *value;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)json, name, value)
	{
		if (strncmp(name, "x-", 2) == 0)
			copy(kept, json, name);
	}
	arena_adopt(l->arena, release_json, kept);
	return kept;
}
