/* Finds its way in a FHIR resource. */
#include "api/fhir_path.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char ours[] = "https://samhandling.example/fhir/StructureDefinition/";
static const char theirs[] = "http://hl7.org/fhir/StructureDefinition/";
static const char backport[] = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

/* One step of a path, pointing into its text. */
struct step {
	const char *name, *filter, *value; /* name[index], name(filter), name(filter:value) */
	size_t name_len, filter_len, value_len;
	long index; /* -1: none */
};

static bool equals(const char *s, const char *part, size_t len)
{
	return s != NULL && strlen(s) == len && strncmp(s, part, len) == 0;
}

/* Reads the first step; returns where the next begins, or NULL when it was the last. */
static const char *read_step(const char *path, struct step *out)
{
	const char *s = path + strcspn(path, ".[("), *end;

	*out = (struct step){.name = path, .name_len = (size_t)(s - path), .index = -1};
	if (*s == '[') {
		out->index = 0;
		for (s++; *s != ']'; s++)
			out->index = out->index * 10 + (*s - '0');
		s++;
	} else if (*s == '(') {
		out->filter = s + 1;
		out->filter_len = strcspn(out->filter, ":)");
		end = out->filter + out->filter_len;
		if (*end == ':') {
			out->value = end + 1;
			out->value_len = strcspn(out->value, ")");
			end = out->value + out->value_len;
		}
		s = end + 1;
	}
	return *s == '.' ? s + 1 : NULL;
}

/* Whether an extension's address is that name: bare within another, ours, or HL7's. */
static bool is_named(const char *url, const struct step *step)
{
	if (url == NULL)
		return false;
	if (strncmp(url, ours, sizeof(ours) - 1) == 0)
		url += sizeof(ours) - 1;
	else if (strncmp(url, theirs, sizeof(theirs) - 1) == 0)
		url += sizeof(theirs) - 1;
	else if (strncmp(url, backport, sizeof(backport) - 1) == 0)
		url += sizeof(backport) - 1;
	return equals(url, step->filter, step->filter_len);
}

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

static bool has_value(const json_t *extension, const struct step *step)
{
	return equals(text(extension, "valueCode"), step->value, step->value_len);
}

static bool fits(const json_t *element, const struct step *step)
{
	const json_t *one;
	size_t i;

	if (step->value == NULL)
		return is_named(text(element, "url"), step);
	json_array_foreach(json_object_get(element, "extension"), i, one)
	{
		if (is_named(text(one, "url"), step) && has_value(one, step))
			return true;
	}
	return false;
}

/* The element of a list that the step means: its index, or -1. */
static long place(const json_t *list, const struct step *step)
{
	const json_t *one;
	size_t i;

	if (step->filter == NULL)
		return step->index;
	json_array_foreach(list, i, one)
	{
		if (fits(one, step))
			return (long)i;
	}
	return -1;
}

static json_t *member_of(const json_t *object, const struct step *step)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (equals(key, step->name, step->name_len))
			return value;
	}
	return NULL;
}

static json_t *walk(const json_t *object, const struct step *step)
{
	json_t *member = member_of(object, step);

	if (step->index < 0 && step->filter == NULL)
		return member;

	long at = place(member, step);

	return at < 0 ? NULL : json_array_get(member, (size_t)at);
}

json_t *fhir_path_get(const json_t *resource, const char *path)
{
	struct step step;

	for (; resource != NULL && path != NULL;) {
		path = read_step(path, &step);
		resource = walk(resource, &step);
	}
	return json_is_null(resource) ? NULL : (json_t *)(uintptr_t)resource;
}

/* The address of an extension says nothing by itself. */
static bool is_address(const char *list, const char *key)
{
	return strcmp(list, "extension") == 0 && strcmp(key, "url") == 0;
}

/*
 * What stands under `name`, itself or in a list. An extension that says no more than which it would
 * be is empty too; one that modifies never is.
 */
static bool is_empty(const json_t *value, const char *name)
{
	const char *key;
	json_t *one;
	size_t i;

	if (json_is_null(value))
		return true;
	if (!json_is_object(value) && !json_is_array(value))
		return false;
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		if (!is_address(name, key) && !is_empty(one, key))
			return false;
	}
	json_array_foreach(value, i, one)
	{
		if (!is_empty(one, name))
			return false;
	}
	return true;
}

/* The extension that told an element apart goes with the element's content. */
static void forget_mark(json_t *element, const struct step *step)
{
	if (step->value == NULL || json_object_size(element) != 1)
		return;
	json_object_del(element, "extension");
}

static void take(json_t *object, const char *path)
{
	struct step step;
	const char *rest = read_step(path, &step);
	json_t *member = member_of(object, &step), *at = walk(object, &step);
	char name[64];

	if (at == NULL || step.name_len >= sizeof(name))
		return;
	memcpy(name, step.name, step.name_len);
	name[step.name_len] = '\0';
	if (rest != NULL) {
		take(at, rest);
		forget_mark(at, &step);
	}
	if (member != at && (rest == NULL || is_empty(at, name)))
		json_array_set_new(member, (size_t)place(member, &step), json_null());
	if ((member == at && rest == NULL) || is_empty(member, name))
		json_object_del(object, name);
}

void fhir_path_take(json_t *resource, const char *path)
{
	take(resource, path);
}

/* Of what stands under `name`; `at` is the way there. */
static const char *left(struct arena *a, const json_t *value, const char *name, const char *at)
{
	const char *key, *found = NULL;
	json_t *one;
	size_t i;

	if (is_empty(value, name))
		return NULL;
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		if (found == NULL && !is_address(name, key))
			found = left(
				a, one, key,
				arena_printf(a, "%s%s%.100s", at, *at == '\0' ? "" : ".", key));
	}
	json_array_foreach(value, i, one)
	{
		if (found == NULL)
			found = left(a, one, name, arena_printf(a, "%s[%zu]", at, i));
	}
	return found != NULL ? found : at;
}

const char *fhir_path_left(struct arena *a, const json_t *resource)
{
	return left(a, resource, "", "");
}

const char *fhir_path_expression(struct arena *a, const char *path)
{
	const char *out = "", *contained = strstr(path, ".contained.");
	struct step step;

	if (contained != NULL)
		path = arena_copy(a, path, (size_t)(contained - path));
	while (path != NULL) {
		path = read_step(path, &step);
		out = arena_printf(a, "%s%s%.*s", out, *out == '\0' ? "" : ".", (int)step.name_len,
				   step.name);
		if (step.index >= 0)
			out = arena_printf(a, "%s[%ld]", out, step.index);
		else if (step.value != NULL)
			out = arena_printf(a, "%s.where(extension('%s%.*s').value = '%.*s')", out,
					   ours, (int)step.filter_len, step.filter,
					   (int)step.value_len, step.value);
		else if (step.filter != NULL)
			out = arena_printf(a, "%s('%s%.*s')", out, ours, (int)step.filter_len,
					   step.filter);
	}
	return out;
}

/* The contained resource of that id, taken out of the list. */
static json_t *contained_take(json_t *list, const char *id)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (text(one, "id") == NULL || strcmp(text(one, "id"), id) != 0)
			continue;
		json_incref(one);
		json_array_set_new(list, i, json_null());
		json_object_del(one, "id");
		json_object_del(one, "resourceType");
		return one;
	}
	return NULL;
}

static void resolve(json_t *value, json_t *list)
{
	const char *key, *reference = text(value, "reference");
	json_t *one;
	size_t i;

	if (reference != NULL && *reference == '#') {
		one = contained_take(list, reference + 1);
		if (one != NULL) {
			json_object_set_new(value, "contained", one);
			json_object_del(value, "reference");
		}
		return;
	}
	json_object_foreach(value, key, one)
	{
		if (strcmp(key, "contained") != 0)
			resolve(one, list);
	}
	json_array_foreach(value, i, one)
	{
		resolve(one, list);
	}
}

void fhir_path_resolve(json_t *resource)
{
	json_t *list = json_object_get(resource, "contained");

	if (!json_is_array(list))
		return;
	resolve(resource, list);
	if (is_empty(list, "contained"))
		json_object_del(resource, "contained");
}
