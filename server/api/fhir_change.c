/* What differs between a resource that stands and one that was sent, as native changes. */
#include "api/fhir_change.h"

#include <stdint.h>
#include <string.h>

#include "api/fhir_map_rules.h"
#include "api/fhir_path.h"
#include "api/problem.h"

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

struct comparing {
	struct fhir_map *map;
	const json_t *status;  /* asked for */
	const char *action;    /* of the step, or NULL */
	bool corrects;	       /* it is taken for what differs: there is nothing to be patched */
	json_t *before, *sent; /* what no rule has looked at yet */
	struct fhir_change *change;
};

/* Both say the same; a reference's display and the like is no change. */
static bool is_same(const json_t *a, const json_t *b)
{
	const char *one = text(a, "reference"), *other = text(b, "reference");

	if (one != NULL && other != NULL)
		return strcmp(one, other) == 0;
	return (a == NULL && b == NULL) || json_equal(a, b);
}

/* The member of the patch that the rule names: what was sent, or nothing any more. */
static void patch_by(struct comparing *c, const json_t *rule, const json_t *sent)
{
	if (c->change->patch == NULL)
		c->change->patch = json_object();
	fhir_map_convert(c->map, rule, "update", sent, c->change->patch);
}

/* True when the rule has taken what differs, or there is nothing that another could take. */
static bool is_taken(struct comparing *c, const json_t *rule, const json_t *sent)
{
	const json_t *action = c->action == NULL ? NULL : json_object_get(rule, c->action);

	const bool checked = sent != NULL && json_object_get(rule, "is") != NULL;

	if (checked)
		fhir_map_check(c->map, rule, sent);
	if (checked && json_object_get(rule, "update") == NULL)
		return true;
	if (sent != NULL && action != NULL)
		fhir_map_convert(c->map, rule, c->action, sent, c->change->step);
	else if (json_object_get(rule, "update") != NULL && !c->corrects)
		patch_by(c, rule, sent);
	else
		return sent == NULL;
	return true;
}

/* What the step needs to be told is told with it, though it does not differ. */
static bool goes_along(const struct comparing *c, const json_t *rule, const json_t *sent)
{
	return sent != NULL && c->action != NULL && json_object_get(rule, c->action) != NULL &&
	       json_is_true(json_object_get(rule, "along"));
}

static void change_by(struct comparing *c, const json_t *rule)
{
	const char *path = text(rule, "at");
	const json_t *sent = fhir_path_get(c->sent, path), *before = fhir_path_get(c->before, path);

	if ((!is_same(sent, before) || goes_along(c, rule, sent)) && !is_taken(c, rule, sent))
		return;
	fhir_path_take(c->sent, path);
	fhir_path_take(c->before, path);
}

static bool stands_in(const json_t *value, const json_t *list)
{
	return json_is_array(list) && fhir_map_among(list, value);
}

/* What no rule looks at may be sent as it stands: takes off what does. True when nothing is left.
 */
static bool is_unchanged(json_t *sent, const json_t *before)
{
	bool all = true;
	const char *key;
	json_t *one;
	void *next;
	size_t i;

	if (json_is_null(sent) || is_same(sent, before))
		return true;
	if (!json_is_object(sent) && !json_is_array(sent))
		return false;
	/* loops over what is no object, or no list, do nothing */
	json_object_foreach_safe(sent, next, key, one)
	{
		if (is_unchanged(one, json_object_get(before, key)))
			json_object_del(sent, key);
		else
			all = false;
	}
	json_array_foreach(sent, i, one)
	{
		if (stands_in(one, before) || is_unchanged(one, json_array_get(before, i)))
			json_array_set_new(sent, i, json_null());
		else
			all = false;
	}
	return all;
}

static const char *step_named(struct fhir_map *m, const json_t *from, const json_t *to)
{
	const json_t *steps = json_object_get(m->way, "steps");
	struct arena *a = m->request->arena;
	const char *was = json_string_value(from), *becomes = json_string_value(to);
	const char *action = text(steps, arena_printf(a, "%s>%s", was, becomes));

	return action != NULL ? action : text(steps, arena_printf(a, "*>%s", becomes));
}

/* What is told for the first time may be a step too. */
static const char *step_appeared(struct fhir_map *m, const json_t *current, const json_t *sent)
{
	const json_t *action;
	const char *path;

	json_object_foreach(json_object_get(m->way, "appears"), path, action)
	{
		if (fhir_path_get(sent, path) != NULL && fhir_path_get(current, path) == NULL)
			return json_string_value(action);
	}
	return NULL;
}

/* The statuses that can be reached, as a refusal tells them. */
static json_t *reachable(const struct fhir_map *m, const char *from)
{
	json_t *list = json_array(), *action;
	const char *step;

	json_object_foreach(json_object_get(m->way, "steps"), step, action)
	{
		size_t len = strcspn(step, ">");

		if (*step == '*' || (strlen(from) == len && strncmp(step, from, len) == 0))
			json_array_append_new(list, json_string(step + len + 1));
	}
	return list;
}

static bool refuse_status(const struct fhir_map *m, const char *from)
{
	json_t *more = json_pack("{s:s, s:o}", "from", from, "allowed", reachable(m, from));

	problem_with(m->request, "invalid_transition", more);
	json_decref(more);
	return false;
}

/* Some statuses are no step: they say something of what stands. */
static bool says_itself(struct comparing *c)
{
	const json_t *says =
		json_object_get(json_object_get(c->map->way, "says"), json_string_value(c->status));

	if (json_object_size(says) > 0)
		c->change->patch = json_deep_copy(says);
	return says != NULL;
}

/* Whether the step's action is the one that corrects what stands. */
static bool is_correction(const struct comparing *c)
{
	void *differs = json_object_get(c->map->way, "differs");
	const char *status;
	json_t *action;

	json_object_foreach(differs, status, action)
	{
		if (strcmp(json_string_value(action), c->action) == 0)
			return true;
	}
	return false;
}

/* The same status: what appears may be a step, or what differs. */
static void stay(struct comparing *c, const json_t *current, const json_t *sent)
{
	const json_t *differs = json_object_get(c->map->way, "differs");

	c->action = step_appeared(c->map, current, sent);
	if (c->action != NULL)
		return;
	c->action = json_string_value(json_object_get(differs, json_string_value(c->status)));
	c->corrects = c->action != NULL;
}

/* Which step the status asks for, if any. False when answered. */
static bool choose_step(struct comparing *c, const json_t *current, const json_t *sent)
{
	const json_t *was = fhir_map_status(c->map, current);

	if (c->status == NULL) {
		fhir_map_amiss(c->map, fhir_map_state(c->map), "required", "is missing");
		return true;
	}
	if (json_equal(was, c->status)) {
		stay(c, current, sent);
	} else if (says_itself(c)) {
		return true;
	} else {
		c->action = step_named(c->map, was, c->status);
		c->corrects = c->action != NULL && is_correction(c);
		if (c->action == NULL)
			return refuse_status(c->map, json_string_value(was));
	}
	if (c->action != NULL)
		c->change->step = json_pack("{s:s}", "action", c->action);
	return true;
}

/* What would only be a correction is none when nothing differs. */
static void drop_correction(struct comparing *c, const json_t *current)
{
	if (!c->corrects || json_object_size(c->change->step) > 1 ||
	    !json_equal(fhir_map_status(c->map, current), c->status))
		return;
	json_decref(c->change->step);
	c->change->step = NULL;
}

bool fhir_change_find(struct fhir_map *m, const json_t *current, const json_t *sent,
		      struct fhir_change *out)
{
	struct comparing c = {.map = m, .status = fhir_map_status(m, sent), .change = out};
	const json_t *rule;
	size_t i;

	*out = (struct fhir_change){NULL, NULL};
	m->resource = current;
	if (!choose_step(&c, current, sent))
		return false;
	fhir_map_within(m, current, NULL);
	c.before = fhir_map_prepared(m, current);
	c.sent = fhir_map_prepared(m, sent);
	json_object_del(c.sent, fhir_map_state(m));
	json_array_foreach(json_object_get(m->way, "elements"), i, rule)
	{
		if (fhir_map_holds(rule, c.status))
			change_by(&c, rule);
	}
	is_unchanged(c.sent, c.before);
	fhir_map_refuse(m, c.sent);
	json_decref(c.before);
	json_decref(c.sent);
	drop_correction(&c, current);
	if (out->step != NULL && !json_equal(fhir_map_status(m, current), c.status))
		fhir_map_mean(m, c.status, out->step);
	if (m->request->faults->count == 0)
		return true;
	json_decref(out->patch);
	json_decref(out->step);
	*out = (struct fhir_change){NULL, NULL};
	return false;
}
