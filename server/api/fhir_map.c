/* FHIR resources become bodies of native operations, by the contract's rules. */
#include "api/fhir_map.h"

#include <stdint.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_convert.h"
#include "api/fhir_map_rules.h"
#include "api/fhir_path.h"
#include "api/negotiate.h"

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

void fhir_map_amiss(struct fhir_map *m, const char *path, const char *code, const char *detail)
{
	struct request *r = m->request;

	faults_add(r->faults, fhir_path_expression(r->arena, path), code, detail);
}

bool fhir_map_among(const json_t *list, const json_t *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (json_equal(one, value))
			return true;
	}
	return false;
}

/* The first way that fits; `*condition` is the one that did not. */
static const json_t *way_of(const struct fhir_map *m, const json_t *resource,
			    const json_t **condition)
{
	const json_t *writes =
		json_object_get(json_object_get(m->request->op->extensions, "x-fhir"), "writes");
	const json_t *one;
	size_t i;

	json_array_foreach(writes, i, one)
	{
		*condition = json_object_get(one, "if");
		if (*condition == NULL ||
		    fhir_map_among(json_object_get(*condition, "is"),
				   fhir_path_get(resource, text(*condition, "at"))))
			return one;
	}
	return NULL;
}

bool fhir_map_choose(struct fhir_map *m, const json_t *resource)
{
	const json_t *condition = NULL;

	m->way = way_of(m, resource, &condition);
	if (m->way == NULL)
		fhir_map_amiss(m, text(condition, "at"), "enum",
			       "is not one of those that are written here");
	return m->way != NULL;
}

bool fhir_map_choose_change(struct fhir_map *m, const json_t *current, const json_t *sent)
{
	const json_t *condition, *other;

	if (!fhir_map_choose(m, current))
		return false;
	other = way_of(m, sent, &condition);
	if (other != NULL &&
	    json_equal(json_object_get(other, "of"), json_object_get(m->way, "of")))
		m->way = other;
	return true;
}

json_t *fhir_map_prepared(const struct fhir_map *m, const json_t *resource)
{
	static const char *const always[] = {"resourceType", "id", "meta", "text", "language"};
	json_t *copy = json_deep_copy(resource);
	const json_t *one;
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		json_object_del(copy, always[i]);
	json_array_foreach(json_object_get(m->way, "ours"), i, one)
	{
		fhir_path_take(copy, json_string_value(one));
	}
	fhir_path_resolve(copy);
	return copy;
}

static bool is_lenient(const struct fhir_map *m)
{
	return negotiate_preference(request_header_list(m->request, "Prefer"), "handling",
				    "lenient");
}

void fhir_map_refuse(struct fhir_map *m, json_t *rest)
{
	struct request *r = m->request;
	const char *path, *modifier;

	while ((path = fhir_path_left(r->arena, rest)) != NULL) {
		modifier = strstr(path, "modifierExtension");
		json_object_del(rest, arena_copy(r->arena, path, strcspn(path, ".[")));
		if (!is_lenient(m) || modifier != NULL || strcmp(path, "implicitRules") == 0) {
			faults_add(r->faults, path, "not_supported",
				   "has no place here, or cannot be changed");
			continue;
		}
		if (m->left_out == NULL) {
			m->left_out = json_array();
			arena_adopt(r->arena, (void (*)(void *))json_decref, m->left_out);
		}
		json_array_append_new(m->left_out, json_string(path));
	}
}

bool fhir_map_holds(const json_t *rule, const json_t *status)
{
	const json_t *when = json_object_get(rule, "when");

	return when == NULL || fhir_map_among(when, status);
}

const char *fhir_map_state(const struct fhir_map *m)
{
	const char *state = text(m->way, "state");

	return state == NULL ? "status" : state;
}

const json_t *fhir_map_status(const struct fhir_map *m, const json_t *resource)
{
	return json_object_get(resource, fhir_map_state(m));
}

void fhir_map_within(struct fhir_map *m, const json_t *resource, json_t *rest)
{
	void *all = json_object_get(m->way, "within");
	const char *parameter, *missing = "";
	json_t *rule;

	if (all == NULL)
		return;
	m->within = json_object();
	arena_adopt(m->request->arena, (void (*)(void *))json_decref, m->within);
	json_object_foreach(all, parameter, rule)
	{
		const json_t *found = fhir_path_get(resource, text(rule, "at"));

		if (found != NULL)
			fhir_map_convert(m, rule, "one", found, m->within);
		else if (strcmp(missing, text(rule, "at")) != 0)
			fhir_map_amiss(m, text(rule, "at"), "required", "is missing");
		/* told once for all that it gives */
		missing = found == NULL ? text(rule, "at") : missing;
		if (rest != NULL)
			fhir_path_take(rest, text(rule, "at"));
	}
}

void fhir_map_convert(struct fhir_map *m, const json_t *rule, const char *key, const json_t *found,
		      json_t *body)
{
	struct request *r = m->request;
	struct fhir_conversion c = {
		.arena = r->arena, .base = fhir_base(r->arena), .resource = m->resource};

	if (found != NULL ? fhir_convert(&c, rule, key, found, body)
			  : fhir_convert_nothing(&c, rule, key, body))
		return;
	fhir_map_amiss(m, text(rule, "at"), c.code, c.detail);
}

void fhir_map_check(struct fhir_map *m, const json_t *rule, const json_t *found)
{
	const json_t *allowed = json_object_get(rule, "is");
	json_t *nowhere;

	if (json_is_array(allowed) && !fhir_map_among(allowed, found))
		fhir_map_amiss(m, text(rule, "at"), "not_supported", "is not what is kept here");
	if (json_is_array(allowed))
		return;
	nowhere = json_object();
	fhir_map_convert(m, rule, "is", found, nowhere);
	json_decref(nowhere);
}

/* ---- something new ---- */

/* The element's member, and those that go with it. */
static void convert_with(struct fhir_map *m, const json_t *rule, const json_t *found, json_t *body)
{
	json_t *with = json_deep_copy(json_object_get(rule, "with"));

	fhir_map_convert(m, rule, "create", found, body);
	json_object_update_missing(body, with);
	json_decref(with);
}

static void create_by(struct fhir_map *m, const json_t *rule, json_t *rest, json_t *body)
{
	const char *path = text(rule, "at");
	const json_t *found = fhir_path_get(rest, path);

	if (found == NULL) {
		if (json_is_true(json_object_get(rule, "needed")))
			fhir_map_amiss(m, path, "required", "is missing");
		return;
	}
	if (json_object_get(rule, "is") == NULL && json_object_get(rule, "create") == NULL)
		return;
	if (json_object_get(rule, "is") != NULL)
		fhir_map_check(m, rule, found);
	if (json_object_get(rule, "create") != NULL)
		convert_with(m, rule, found, body);
	fhir_path_take(rest, path);
}

/* The identifiers that the caller's systems know it by: each a system and a value. */
static void keep_identifiers(struct fhir_map *m, json_t *rest)
{
	json_t *list = json_object_get(rest, "identifier"), *one;
	size_t i;

	if (!json_is_true(json_object_get(m->way, "keyed")) || !json_is_array(list))
		return;
	json_array_foreach(list, i, one)
	{
		if (text(one, "system") == NULL || text(one, "value") == NULL)
			fhir_map_amiss(m, arena_printf(m->request->arena, "identifier[%zu]", i),
				       "required", "needs a system and a value");
	}
	m->identifiers = json_incref(list);
	arena_adopt(m->request->arena, (void (*)(void *))json_decref, list);
	json_object_del(rest, "identifier");
}

/* Whether something new may have the status. */
static void check_begin(struct fhir_map *m, const json_t *status)
{
	if (status == NULL)
		fhir_map_amiss(m, fhir_map_state(m), "required", "is missing");
	else if (!fhir_map_among(json_object_get(m->way, "begins"), status))
		fhir_map_amiss(m, fhir_map_state(m), "not_supported",
			       "is not a status that something new has here");
}

void fhir_map_mean(const struct fhir_map *m, const json_t *status, json_t *body)
{
	const char *said = json_string_value(status);
	const json_t *means = json_object_get(m->way, "means");
	json_t *copy = said == NULL ? NULL : json_deep_copy(json_object_get(means, said));

	json_object_update_missing(body, copy);
	json_decref(copy);
}

/* What is only told is compared when the thing is made. */
static void take_told(const struct fhir_map *m, json_t *rest)
{
	const json_t *path;
	size_t i;

	json_array_foreach(json_object_get(m->way, "told"), i, path)
	{
		fhir_path_take(rest, json_string_value(path));
	}
}

json_t *fhir_map_create(struct fhir_map *m, const json_t *resource)
{
	json_t *rest = fhir_map_prepared(m, resource), *body = json_object();
	const json_t *status = fhir_map_status(m, resource), *rule;
	size_t i;

	m->resource = resource;
	check_begin(m, status);
	json_object_del(rest, fhir_map_state(m));
	keep_identifiers(m, rest);
	fhir_map_within(m, resource, rest);
	take_told(m, rest);
	json_array_foreach(json_object_get(m->way, "elements"), i, rule)
	{
		if (fhir_map_holds(rule, status))
			create_by(m, rule, rest, body);
	}
	fhir_map_mean(m, status, body);
	fhir_map_refuse(m, rest);
	json_decref(rest);
	if (m->request->faults->count == 0)
		return body;
	json_decref(body);
	return NULL;
}

/* ---- where a member stands ---- */

static bool names(const json_t *named, const char *member)
{
	const char *part;
	json_t *one;

	if (json_is_string(named))
		return strcmp(json_string_value(named), member) == 0;
	json_object_foreach((json_t *)(uintptr_t)named, part, one)
	{
		if (strcmp(json_string_value(one), member) == 0)
			return true;
	}
	return false;
}

const char *fhir_map_path(const json_t *way, const char *key, const char *member)
{
	const json_t *rule;
	size_t i;

	json_array_foreach(json_object_get(way, "elements"), i, rule)
	{
		if (names(json_object_get(rule, key), member))
			return text(rule, "at");
	}
	return NULL;
}
