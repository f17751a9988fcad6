/*
 * Pieces of pages that SQL writes.
 * Tested through tests/api/patient-export.test.mjs: it runs statements.
 */
#include "api/paper.h"

#include <stdlib.h>

#include "api/service.h"
#include "api/unseal.h"
#include "api/work.h"

const char *json_text(struct arena *a, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	const char *copy = arena_dup(a, text);

	free(text);
	json_decref(value);
	return copy;
}

const char *paper_write(const struct request *r, struct arena *a, const char *statement,
			json_t *given)
{
	struct request *inner = arena_alloc(a, sizeof(*inner));
	const char *body = NULL;
	struct work w;

	*inner = *r;
	inner->arena = a;
	inner->reply = (struct reply){0};
	if (!work_begin(&w, inner)) {
		json_decref(given);
		return NULL;
	}
	w.binding.given = json_text(a, given);
	work_add(&w, "context");
	w.answer = work_add(&w, statement);
	if (round_run(&w.round))
		body = round_text(&w.round, w.answer, "body");
	work_end(&w);
	return body == NULL ? NULL : unseal_html(a, service.seals, body);
}
