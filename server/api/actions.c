/* The contract's state machines, as requests ask about them. */
#include "api/actions.h"

#include <string.h>

#include "api/problem.h"

static const json_t *machines;

bool actions_load(struct arena *a, const json_t *document, const char **why)
{
	(void)a;
	(void)why;
	machines = json_object_get(document, "x-state-machines");
	return true;
}

bool actions_known(const char *machine)
{
	return json_object_get(machines, machine) != NULL;
}

const char *actions_open(struct request *r, const struct operation *op, const char *state, const char *facts)
{
	(void)r;
	(void)op;
	(void)state;
	(void)facts;
	return NULL;
}

bool actions_decide(struct request *r, struct deciding *d)
{
	const json_t *list = json_object_get(json_object_get(machines, d->machine), "actions");

	d->action = json_string_value(json_object_get(r->json, "action"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		if (strcmp(json_string_value(json_object_get(one, "action")), d->action) != 0)
			continue;
		d->to = json_string_value(json_object_get(one, "to"));
		return true;
	}
	return problem(r, "invalid_transition", NULL);
}
