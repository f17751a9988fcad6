/* Reads x-state-machines of the contract into plain structs. */
#include "contract/machines.h"

#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "contract/contract.h"

struct reader {
	struct arena *arena;
	const struct machine *machine;
	const char *action; /* being read, or NULL */
	const char *why;
};

static bool refuse(struct reader *r, const char *what, const char *name)
{
	r->why = arena_printf(r->arena, "machine '%s'%s%s: %s '%s'", r->machine->name,
			      r->action == NULL ? "" : " action ",
			      r->action == NULL ? "" : r->action, what, name);
	return false;
}

static const char *text(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

bool names_have(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) == 0)
			return true;
	return false;
}

static bool read_names(struct reader *r, const json_t *json, const char *member,
		       struct names *names)
{
	const json_t *list = json_object_get(json, member);

	if (list != NULL && !json_is_array(list))
		return refuse(r, "not a list:", member);
	names->list = arena_alloc(r->arena, (json_array_size(list) + 1) * sizeof(*names->list));
	for (size_t i = 0; i < json_array_size(list); i++) {
		names->list[i] = json_string_value(json_array_get(list, i));
		if (names->list[i] == NULL)
			return refuse(r, "not a list of names:", member);
		names->count++;
	}
	return true;
}

static bool read_guards(struct reader *r, const json_t *json, const char *member,
			struct machine_guards *guards)
{
	const json_t *list = json_object_get(json, member);

	guards->list = arena_alloc(r->arena, (json_array_size(list) + 1) * sizeof(*guards->list));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		struct machine_guard *g = &guards->list[guards->count++];

		g->fact = text(one, "fact");
		g->code = text(one, "code");
		g->status = (int)json_integer_value(json_object_get(one, "status"));
		if (g->fact == NULL || g->code == NULL || g->status < 400 || g->status > 499)
			return refuse(r, "needs fact, code and status in", member);
	}
	return true;
}

static bool has_state(const struct machine *m, const char *name)
{
	for (size_t i = 0; i < m->state_count; i++)
		if (strcmp(m->states[i].name, name) == 0)
			return true;
	return false;
}

static bool check_action(struct reader *r, const struct machine_action *a)
{
	if (a->from.count == 0)
		return refuse(r, "is open from no state in", "from");
	for (size_t i = 0; i < a->from.count; i++)
		if (!has_state(r->machine, a->from.list[i]))
			return refuse(r, "unknown state", a->from.list[i]);
	if (a->to == NULL || (strcmp(a->to, "previous") != 0 && !has_state(r->machine, a->to)))
		return refuse(r, "unknown state", a->to == NULL ? "" : a->to);
	return a->required.count <= MACHINE_REQUIRED_MAX || refuse(r, "too many in", "required");
}

static bool check_members(struct reader *r, const json_t *json)
{
	static const char *const known[] = {
		"action",  "from",	    "to",	"who",	    "required",	  "refuse_when",
		"summary", "require_facts", "deadline", "label_nb", "description"};
	const struct names names = {sizeof(known) / sizeof(*known),
				    (const char **)(uintptr_t)known};
	const char *member;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)json, member, value)
	{
		if (!names_have(&names, member))
			return refuse(r, "unknown member", member);
	}
	return true;
}

static bool read_action(struct reader *r, const json_t *json, struct machine_action *a)
{
	const json_t *who = json_object_get(json, "who");

	a->name = text(json, "action");
	r->action = a->name;
	if (a->name == NULL)
		return refuse(r, "an action lacks", "action");
	a->to = text(json, "to");
	a->deadline = text(json, "deadline");
	a->summary = text(json, "summary");
	a->label_nb = text(json, "label_nb");
	return check_members(r, json) && read_names(r, json, "from", &a->from) &&
	       read_names(r, who, "roles", &a->roles) &&
	       read_names(r, who, "standing", &a->standing) &&
	       read_names(r, json, "required", &a->required) &&
	       read_guards(r, json, "refuse_when", &a->refuse_when) &&
	       read_guards(r, json, "require_facts", &a->require_facts) && check_action(r, a);
}

static bool read_states(struct reader *r, const json_t *json, struct machine *m)
{
	const json_t *states = json_object_get(json, "states");
	size_t initial = 0;
	const char *name;
	json_t *one;

	m->states = arena_alloc(r->arena, (json_object_size(states) + 1) * sizeof(*m->states));
	json_object_foreach((json_t *)(uintptr_t)states, name, one)
	{
		m->states[m->state_count++] = (struct machine_state){
			.name = name,
			.initial = json_is_true(json_object_get(one, "initial")),
			.terminal = json_is_true(json_object_get(one, "terminal")),
		};
		initial += json_is_true(json_object_get(one, "initial"));
	}
	return initial == 1 || refuse(r, "needs one initial state among its", "states");
}

static bool read_machine(struct reader *r, const json_t *json, struct machine *m)
{
	const json_t *actions = json_object_get(json, "actions");

	r->machine = m;
	r->action = NULL;
	if (!read_states(r, json, m))
		return false;
	if (json_array_size(actions) > MACHINE_ACTIONS_MAX)
		return refuse(r, "too many in", "actions");
	m->actions = arena_alloc(r->arena, (json_array_size(actions) + 1) * sizeof(*m->actions));
	for (; m->action_count < json_array_size(actions); m->action_count++)
		if (!read_action(r, json_array_get(actions, m->action_count),
				 &m->actions[m->action_count]))
			return false;
	return true;
}

const struct machines *machines_load(struct arena *a, const struct contract *c, const char **why)
{
	const json_t *all = json_object_get(c->document, "x-state-machines");
	struct machines *m = arena_alloc(a, sizeof(*m));
	struct reader r = {.arena = a};
	const char *name;
	json_t *one;

	m->list = arena_alloc(a, (json_object_size(all) + 1) * sizeof(*m->list));
	json_object_foreach((json_t *)(uintptr_t)all, name, one)
	{
		struct machine *machine = &m->list[m->count++];

		machine->name = name;
		if (!read_machine(&r, one, machine)) {
			*why = r.why;
			return NULL;
		}
	}
	return m;
}

const struct machine *machines_find(const struct machines *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->list[i].name, name) == 0)
			return &m->list[i];
	return NULL;
}
