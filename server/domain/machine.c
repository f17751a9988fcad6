/* One step of a state machine, decided on its table. */
#include "domain/machine.h"

#include <string.h>

static bool caller_may(const struct machine_action *a, const struct machine_question *q)
{
	bool standing = a->standing.count == 0;

	for (size_t i = 0; i < a->standing.count && !standing; i++)
		standing = names_have(&q->facts, a->standing.list[i]);
	return standing && names_have(&a->roles, q->role);
}

/* The guard that forbids the action, or NULL. */
static const struct machine_guard *blocking(const struct machine_action *a,
					    const struct machine_question *q)
{
	for (size_t i = 0; i < a->refuse_when.count; i++)
		if (names_have(&q->facts, a->refuse_when.list[i].fact))
			return &a->refuse_when.list[i];
	for (size_t i = 0; i < a->require_facts.count; i++)
		if (!names_have(&q->facts, a->require_facts.list[i].fact))
			return &a->require_facts.list[i];
	return NULL;
}

/* The row for this action and state; one that the caller may take before one that he may not. */
static const struct machine_action *find_row(const struct machine_question *q)
{
	const struct machine_action *found = NULL;

	for (size_t i = 0; i < q->machine->action_count; i++) {
		const struct machine_action *a = &q->machine->actions[i];

		if (strcmp(a->name, q->action) != 0 || !names_have(&a->from, q->state))
			continue;
		if (caller_may(a, q))
			return a;
		if (found == NULL)
			found = a;
	}
	return found;
}

size_t machine_open(const struct machine_question *q, const char *out[MACHINE_ACTIONS_MAX])
{
	struct names open = {0, out};

	for (size_t i = 0; i < q->machine->action_count; i++) {
		const struct machine_action *a = &q->machine->actions[i];

		if (names_have(&a->from, q->state) && caller_may(a, q) && blocking(a, q) == NULL &&
		    !names_have(&open, a->name))
			out[open.count++] = a->name;
	}
	return open.count;
}

static void collect_missing(const struct machine_question *q, struct machine_decision *d)
{
	const struct names *required = &d->action->required;

	for (size_t i = 0; i < required->count && i < MACHINE_REQUIRED_MAX; i++)
		if (!names_have(&q->members, required->list[i]))
			d->missing[d->missing_count++] = required->list[i];
}

static void refuse(struct machine_decision *d, enum machine_verdict verdict, int status,
		   const char *code)
{
	d->verdict = verdict;
	d->status = status;
	d->code = code;
}

struct machine_decision machine_decide(const struct machine_question *q)
{
	struct machine_decision d = {.verdict = MACHINE_OK, .status = 200, .action = find_row(q)};
	const struct machine_guard *guard;

	if (d.action == NULL) {
		refuse(&d, MACHINE_INVALID, 409, "invalid_transition");
		d.allowed_count = machine_open(q, d.allowed);
		return d;
	}
	guard = blocking(d.action, q);
	collect_missing(q, &d);
	if (!caller_may(d.action, q))
		refuse(&d, MACHINE_FORBIDDEN, 403, "forbidden_action");
	else if (guard != NULL)
		refuse(&d, MACHINE_REFUSED, guard->status, guard->code);
	else if (d.missing_count > 0)
		refuse(&d, MACHINE_INCOMPLETE, 422, "invalid_body");
	else
		d.to = d.action->to;
	return d;
}
