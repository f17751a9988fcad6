/* Finds schemas that come back to themselves without going into the value: they would never end. */
#include "contract/schema_node.h"

static bool rule_loops(const struct rule *rule)
{
	if (!rule->keyword->in_place)
		return false;
	if ((rule->schema != NULL && schema_loops(rule->schema)) ||
	    (rule->then != NULL && schema_loops(rule->then)) ||
	    (rule->otherwise != NULL && schema_loops(rule->otherwise)))
		return true;
	for (size_t i = 0; i < rule->count; i++)
		if (schema_loops(rule->keyword->shape == SHAPE_MAP ? rule->named[i].schema
								   : rule->schemas[i]))
			return true;
	return false;
}

bool schema_loops(struct schema *s)
{
	if (s->walk == 1)
		return true;
	if (s->walk == 2)
		return false;
	s->walk = 1;
	for (const struct rule *rule = s->rules; rule != NULL; rule = rule->next)
		if (rule_loops(rule))
			return true;
	s->walk = 2;
	return false;
}
