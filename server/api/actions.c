/* The contract's state machines, as requests ask about them. */
#include "api/actions.h"

#include <stdlib.h>
#include <string.h>

#include "api/principal.h"
#include "api/problem.h"
#include "contract/machines.h"
#include "domain/machine.h"

enum { FACTS_MAX = 64, MEMBERS_MAX = 64 };

static const struct machines *machines;

bool actions_load(struct arena *a, const struct contract *c, const char **why)
{
	machines = machines_load(a, c, why);
	return machines != NULL;
}

bool actions_known(const char *machine)
{
	return machines_find(machines, machine) != NULL;
}

/* PostgreSQL's array text "{a,b}" of plain words as names. */
static struct names facts_of(struct arena *a, const char *text)
{
	struct names names = {.list = arena_alloc(a, FACTS_MAX * sizeof(char *))};

	if (text == NULL || *text != '{')
		return names;
	for (text++; *text != '\0' && *text != '}' && names.count < FACTS_MAX;) {
		size_t len = strcspn(text, ",}");

		names.list[names.count++] = arena_copy(a, text, len);
		text += len + (text[len] == ',');
	}
	return names;
}

/* Members of the body that say something: null is as good as missing. */
static struct names members_of(struct arena *a, json_t *body)
{
	struct names names = {.list = arena_alloc(a, MEMBERS_MAX * sizeof(char *))};
	const char *key;
	json_t *value;

	json_object_foreach(body, key, value)
	{
		if (!json_is_null(value) && names.count < MEMBERS_MAX)
			names.list[names.count++] = key;
	}
	return names;
}

static struct machine_question question(struct request *r, const char *machine, const char *state,
					const char *facts)
{
	return (struct machine_question){.machine = machines_find(machines, machine),
					 .state = state,
					 .role = r->principal == NULL ? "" : r->principal->role,
					 .facts = facts_of(r->arena, facts)};
}

const char *actions_open(struct request *r, const struct operation *op, const char *state,
			 const char *facts)
{
	const char *machine = op->machine != NULL ? op->machine : op->resource;
	const char *open[MACHINE_ACTIONS_MAX];
	struct machine_question q;

	if (machine == NULL || !actions_known(machine))
		return NULL;
	q = question(r, machine, state, facts);

	size_t count = machine_open(&q, open);
	char *text = arena_dup(r->arena, "[");

	for (size_t i = 0; i < count; i++)
		text = arena_printf(r->arena, "%s%s\"%s\"", text, i == 0 ? "" : ",", open[i]);
	return arena_printf(r->arena, "%s]", text);
}

static bool refuse_invalid(struct request *r, const struct deciding *d,
			   const struct machine_decision *m)
{
	json_t *allowed = json_array(), *more;

	for (size_t i = 0; i < m->allowed_count; i++)
		json_array_append_new(allowed, json_string(m->allowed[i]));
	more = json_pack("{s:s, s:s, s:o}", "from", d->state, "action", d->action, "allowed",
			 allowed);
	problem_with(r, "invalid_transition", more);
	json_decref(more);
	return false;
}

static bool refuse_incomplete(struct request *r, const struct machine_decision *m)
{
	for (size_t i = 0; i < m->missing_count; i++)
		faults_add(r->faults, arena_printf(r->arena, "/%s", m->missing[i]), "required",
			   "this action needs it");
	return problem_faults(r, "invalid_body");
}

bool actions_decide(struct request *r, struct deciding *d)
{
	struct machine_question q = question(r, d->machine, d->state, d->facts);
	struct machine_decision m;

	q.action = d->action = json_string_value(json_object_get(r->json, "action"));
	q.members = members_of(r->arena, r->json);
	m = machine_decide(&q);
	d->to = m.to;
	switch (m.verdict) {
	case MACHINE_OK:
		return true;
	case MACHINE_INVALID:
		return refuse_invalid(r, d, &m);
	case MACHINE_INCOMPLETE:
		return refuse_incomplete(r, &m);
	case MACHINE_REFUSED:
		d->refusal = m.code;
		break;
	case MACHINE_FORBIDDEN:
		break;
	}
	return problem(r, m.code, NULL);
}
