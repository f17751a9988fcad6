/* Who calls, as the access log says it. */
#include "api/caller.h"

#include <stdlib.h>

#include "api/principal.h"

json_t *caller_json(const struct request *r)
{
	const struct principal *p = r->principal;
	const struct {
		const char *column, *value;
	} texts[] = {
		{"operation", r->op->id},
		{"request_id", r->id},
		{"trace_id", r->trace_id},
		{"agency_id", p->agency_id},
		{"unit_id", p->unit_id},
		{"staff_id", p->staff_id},
		{"citizen_id", p->citizen_id},
		{"subject", p->subject},
		{"name", p->name},
		{"role", p->role},
		{"hpr_number", p->hpr_number},
		{"purpose", r->purpose},
	};
	json_t *caller = json_object();

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].value != NULL)
			json_object_set_new(caller, texts[i].column, json_string(texts[i].value));
	if (p->attestation != NULL)
		json_object_set_new(caller, "attestation", json_loads(p->attestation, 0, NULL));
	return caller;
}

const char *caller_text(const struct request *r)
{
	if (r->principal == NULL)
		return NULL;

	json_t *caller = caller_json(r);
	char *text = json_dumps(caller, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(caller);
	return copy;
}
