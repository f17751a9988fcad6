/*
 * Whether something with this identifier is there.
 * Tested through tests/api/fhir-writes.test.mjs: it borrows a connection.
 */
#include "api/fhir_exist.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir_value.h"
#include "api/problem.h"
#include "api/work.h"
#include "base/text.h"

static enum fhir_found refuse(struct request *r, const char *detail)
{
	faults_add(r->faults, "/header/If-None-Exist", "not_supported", detail);
	problem_faults(r, "invalid_parameter");
	return FHIR_REFUSED;
}

/* Whether the resource itself has it: else a repeated request would make a second one. */
static bool is_its_own(const struct fhir_map *m, const json_t *asked)
{
	const json_t *one;
	size_t i;

	json_array_foreach(m->identifiers, i, one)
	{
		if (json_equal(json_object_get(one, "system"), json_object_get(asked, "system")) &&
		    json_equal(json_object_get(one, "value"), json_object_get(asked, "code")))
			return true;
	}
	return false;
}

/* "identifier=system|value" → {"system", "code"}; NULL when it is something else. */
static json_t *asked_for(struct request *r, const char *condition)
{
	static const char name[] = "identifier=";
	const char *value;

	if (strncmp(condition, name, sizeof(name) - 1) != 0 || strchr(condition, '&') != NULL)
		return NULL;
	condition += sizeof(name) - 1;
	value = text_percent_decode(r->arena, condition, strlen(condition), true);
	return value == NULL || *value == '\0' ? NULL : fhir_value_token(r->arena, value);
}

static enum fhir_found look(struct request *r, json_t *asked, const char **id,
			    enum outcome *outcome)
{
	struct work w;
	char *given;
	const char *count;

	given = json_dumps(asked, JSON_COMPACT);
	if (!work_begin(&w, r)) {
		free(given);
		return FHIR_REFUSED;
	}
	w.binding.given = arena_dup(r->arena, given);
	free(given);
	work_open(&w);
	w.answer = work_add(&w, "fhir_find");
	w.binding.action = "SEARCH";
	work_log(&w);
	if (!round_run(&w.round)) {
		*outcome = work_failed(&w);
		work_end(&w);
		return FHIR_REFUSED;
	}
	count = round_text(&w.round, w.answer, "count");
	*id = round_text(&w.round, w.answer, "id");
	work_end(&w);
	return strcmp(count, "0") == 0	 ? FHIR_NONE
	       : strcmp(count, "1") == 0 ? FHIR_ONE
					 : FHIR_SEVERAL;
}

enum fhir_found fhir_exist(struct request *r, const struct fhir_map *m, const char *condition,
			   const char **id, enum outcome *outcome)
{
	json_t *asked = asked_for(r, condition);
	enum fhir_found found;

	if (asked == NULL)
		return refuse(r, "If-None-Exist is identifier=<system>|<value>, and nothing else");
	found = is_its_own(m, asked)
			? look(r, asked, id, outcome)
			: refuse(r, "If-None-Exist names no identifier of the resource");
	json_decref(asked);
	return found;
}
