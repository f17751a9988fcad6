/*
 * JSON Patch, RFC 6902. json-c has one, but its names are jansson's (json_object_get), and so
 * cannot be linked beside it; cJSON's reads numbers as doubles.
 */
#include "contract/json_patch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "contract/json_value.h"

struct patching {
	const json_t *operation;
	json_t *root; /* ours, and changed in place */
	char *name;   /* of the place that was found last; has room for every pointer's names */
	struct json_patch_fault *fault;
};

/* Something within an object or a list; the document itself is within nothing. */
struct place {
	json_t *parent; /* NULL: the document */
	const char *name;
	size_t index; /* of a list; its size is behind the last */
};

static enum json_patch_end amiss(struct patching *p, enum json_patch_end end, const char *member,
				 const char *detail)
{
	p->fault->member = member;
	p->fault->detail = detail;
	return end;
}

/* ---- pointers ---- */

static bool is_pointer(const char *s)
{
	if (s == NULL || (*s != '\0' && *s != '/'))
		return false;
	for (; (s = strchr(s, '~')) != NULL; s++)
		if (s[1] != '0' && s[1] != '1')
			return false;
	return true;
}

/* The name that begins at `s`, unescaped, in `out`; returns where the next begins. */
static const char *read_name(const char *s, char *out)
{
	for (; *s != '\0' && *s != '/'; s++) {
		if (*s == '~')
			*out++ = *++s == '0' ? '~' : '/';
		else
			*out++ = *s;
	}
	*out = '\0';
	return s;
}

/* "0", "12", or "-" for behind the last; SIZE_MAX when it is none. */
static size_t index_of(const json_t *list, const char *name)
{
	size_t digits = strspn(name, "0123456789"), size = json_array_size(list);

	if (strcmp(name, "-") == 0)
		return size;
	if (digits == 0 || digits > 9 || name[digits] != '\0' || (*name == '0' && digits > 1))
		return SIZE_MAX;
	return strtoul(name, NULL, 10);
}

static json_t *value_at(const struct patching *p, const struct place *at)
{
	if (at->parent == NULL)
		return p->root;
	return json_is_array(at->parent) ? json_array_get(at->parent, at->index)
					 : json_object_get(at->parent, at->name);
}

/* Steps to the place that the next name means in what is at `at`. False when there can be none. */
static bool step(const struct patching *p, struct place *at, const char **pointer)
{
	json_t *within = value_at(p, at);

	*pointer = read_name(*pointer + 1, p->name);
	*at = (struct place){.parent = within, .name = p->name};
	if (json_is_array(within))
		at->index = index_of(within, p->name);
	return json_is_object(within) || (json_is_array(within) && at->index != SIZE_MAX);
}

static bool find(const struct patching *p, const char *pointer, struct place *at)
{
	*at = (struct place){NULL, NULL, 0};
	while (*pointer == '/')
		if (!step(p, at, &pointer))
			return false;
	return true;
}

/* ---- changes ---- */

/* Puts a value, which it takes over, there; of a list before what is there. */
static bool put(struct patching *p, const struct place *at, json_t *value)
{
	if (at->parent == NULL) {
		json_decref(p->root);
		p->root = value;
		return true;
	}
	if (json_is_object(at->parent))
		return json_object_set_new(at->parent, at->name, value) == 0;
	/* releases the value when the place is beyond the end */
	return json_array_insert_new(at->parent, at->index, value) == 0;
}

static void take(const struct place *at)
{
	if (json_is_array(at->parent))
		json_array_remove(at->parent, at->index);
	else
		json_object_del(at->parent, at->name);
}

/* About the bytes that a value takes; SIZE_MAX beyond the limits. */
static size_t size_of(const json_t *value, int depth)
{
	enum { OBJECT = 256, OTHER = 64 /* a member's own, too */ };
	size_t sum = (json_is_object(value) ? OBJECT : OTHER) + json_string_length(value), i;
	const char *name;
	json_t *one;

	if (depth > JSON_PATCH_DEPTH_MAX)
		return SIZE_MAX;
	json_object_foreach((json_t *)(uintptr_t)value, name, one)
	{
		size_t more = size_of(one, depth + 1);

		if (more == SIZE_MAX || sum > JSON_PATCH_SIZE_MAX)
			return SIZE_MAX;
		sum += OTHER + strlen(name) + more;
	}
	json_array_foreach(value, i, one)
	{
		size_t more = size_of(one, depth + 1);

		if (more == SIZE_MAX || sum > JSON_PATCH_SIZE_MAX)
			return SIZE_MAX;
		sum += more;
	}
	return sum > JSON_PATCH_SIZE_MAX ? SIZE_MAX : sum;
}

static enum json_patch_end too_large(struct patching *p)
{
	return amiss(p, JSON_PATCH_TOO_LARGE, "path", "would make it too large or deep");
}

/* ---- operations ---- */

static const char *pointer_of(const struct patching *p, const char *member)
{
	const char *pointer = json_string_value(json_object_get(p->operation, member));

	return is_pointer(pointer) ? pointer : NULL;
}

/* Puts a value, which it takes over, where the path says. */
static enum json_patch_end add_value(struct patching *p, json_t *value)
{
	struct place at;

	if (!find(p, p->fault->path, &at)) {
		json_decref(value);
		return amiss(p, JSON_PATCH_NOWHERE, "path", "names nothing that is there");
	}
	if (!put(p, &at, value))
		return amiss(p, JSON_PATCH_NOWHERE, "path", "is beyond the end of the list");
	return size_of(p->root, 0) == SIZE_MAX ? too_large(p) : JSON_PATCH_DONE;
}

/* The same with a copy, which is not made before it is known to be small. */
static enum json_patch_end add_copy(struct patching *p, const json_t *value)
{
	return size_of(value, 0) == SIZE_MAX ? too_large(p) : add_value(p, json_deep_copy(value));
}

static enum json_patch_end add(struct patching *p)
{
	const json_t *value = json_object_get(p->operation, "value");

	return value == NULL ? amiss(p, JSON_PATCH_MALFORMED, "value", "is missing")
			     : add_copy(p, value);
}

/* What stands at the pointer; NULL, with the fault, when nothing does. */
static json_t *found(struct patching *p, const char *member, const char *pointer, struct place *at)
{
	json_t *value = find(p, pointer, at) ? value_at(p, at) : NULL;

	if (value == NULL)
		amiss(p, JSON_PATCH_NOWHERE, member, "names nothing that is there");
	return value;
}

static enum json_patch_end remove_there(struct patching *p)
{
	struct place at;

	if (found(p, "path", p->fault->path, &at) == NULL)
		return JSON_PATCH_NOWHERE;
	if (at.parent == NULL)
		return amiss(p, JSON_PATCH_NOWHERE, "path", "names the document itself");
	take(&at);
	return JSON_PATCH_DONE;
}

static enum json_patch_end replace(struct patching *p)
{
	const json_t *value = json_object_get(p->operation, "value");
	struct place at;

	if (value == NULL)
		return amiss(p, JSON_PATCH_MALFORMED, "value", "is missing");
	if (found(p, "path", p->fault->path, &at) == NULL)
		return JSON_PATCH_NOWHERE;
	if (at.parent != NULL)
		take(&at);
	return add(p);
}

static enum json_patch_end copy(struct patching *p)
{
	const char *from = pointer_of(p, "from");
	struct place at;
	json_t *value;

	if (from == NULL)
		return amiss(p, JSON_PATCH_MALFORMED, "from", "must be a JSON Pointer");
	value = found(p, "from", from, &at);
	return value == NULL ? JSON_PATCH_NOWHERE : add_copy(p, value);
}

static enum json_patch_end move(struct patching *p)
{
	const char *from = pointer_of(p, "from");
	size_t len = from == NULL ? 0 : strlen(from);
	struct place at;
	json_t *value;

	if (from == NULL)
		return amiss(p, JSON_PATCH_MALFORMED, "from", "must be a JSON Pointer");
	value = found(p, "from", from, &at);
	if (value == NULL)
		return JSON_PATCH_NOWHERE;
	if (strcmp(p->fault->path, from) == 0)
		return JSON_PATCH_DONE;
	if (strncmp(p->fault->path, from, len) == 0 && p->fault->path[len] == '/')
		return amiss(p, JSON_PATCH_NOWHERE, "path", "is within what would be moved");
	json_incref(value);
	take(&at);
	return add_value(p, value);
}

static enum json_patch_end test(struct patching *p)
{
	const json_t *value = json_object_get(p->operation, "value"), *there;
	struct place at;

	if (value == NULL)
		return amiss(p, JSON_PATCH_MALFORMED, "value", "is missing");
	there = found(p, "path", p->fault->path, &at);
	if (there == NULL)
		return JSON_PATCH_NOWHERE;
	return json_same(there, value)
		       ? JSON_PATCH_DONE
		       : amiss(p, JSON_PATCH_UNEQUAL, "value", "is not what stands there");
}

static enum json_patch_end apply(struct patching *p)
{
	static const struct {
		const char *name;
		enum json_patch_end (*run)(struct patching *p);
	} operations[] = {{"add", add},	  {"remove", remove_there}, {"replace", replace},
			  {"move", move}, {"copy", copy},	    {"test", test}};
	const char *name = json_string_value(json_object_get(p->operation, "op"));
	const char *path = pointer_of(p, "path");

	p->fault->path = path == NULL ? "" : path;
	for (size_t i = 0; name != NULL && i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(operations[i].name, name) != 0)
			continue;
		return path == NULL
			       ? amiss(p, JSON_PATCH_MALFORMED, "path", "must be a JSON Pointer")
			       : operations[i].run(p);
	}
	return amiss(p, JSON_PATCH_MALFORMED, "op", "is none of those that there are");
}

static size_t longest_pointer(const json_t *patch)
{
	size_t longest = 0, i;
	const json_t *operation;

	json_array_foreach(patch, i, operation)
	{
		size_t path = json_string_length(json_object_get(operation, "path"));
		size_t from = json_string_length(json_object_get(operation, "from"));

		longest = path > longest ? path : longest;
		longest = from > longest ? from : longest;
	}
	return longest;
}

enum json_patch_end json_patch(struct arena *a, const json_t *patch, json_t **document,
			       struct json_patch_fault *fault)
{
	struct patching p = {.root = json_deep_copy(*document),
			     .name = arena_alloc(a, longest_pointer(patch) + 1),
			     .fault = fault};
	enum json_patch_end end = JSON_PATCH_DONE;
	size_t i;

	json_array_foreach(patch, i, p.operation)
	{
		fault->operation = i;
		end = apply(&p);
		if (end != JSON_PATCH_DONE) {
			json_decref(p.root);
			return end;
		}
	}
	*document = p.root;
	return end;
}
