/*
 * One operation's answer, as part of an export.
 * Tested through tests/api/patient-export.test.mjs: it runs statements.
 */
#include "api/export.h"

#include <string.h>

#include "api/permit.h"
#include "api/principal.h"
#include "api/service.h"
#include "api/unseal.h"
#include "api/work.h"

static void give(struct request *r, enum place place, const char *name, const char *value)
{
	for (size_t i = 0; i < r->op->parameter_count && value != NULL; i++)
		if (r->op->parameters[i].place == place &&
		    strcmp(r->op->parameters[i].name, name) == 0)
			r->parameters[r->parameter_count++] =
				(struct parameter_value){name, value, place};
}

/* Whoever represents somebody has things of their own in lists that name no person. */
static bool is_about_the_person(const struct request *inner)
{
	return inner->parameter_count > 0 || strcmp(inner->principal->role, "RE") != 0;
}

/* The caller's own request, with another operation and its parameters. */
static struct request *request_for(const struct request *r, struct arena *a,
				   const struct export_ask *ask)
{
	struct request *inner = arena_alloc(a, sizeof(*inner));

	*inner = *r;
	inner->arena = a;
	inner->op = ask->operation;
	inner->parameter_count = 0;
	inner->reply = (struct reply){0};
	give(inner, IN_PATH, "id", ask->id);
	give(inner, IN_QUERY, "patient_id", ask->id);
	return inner;
}

/* Personal numbers leave as the operation's own answer would show them. */
static json_t *items_of(struct work *w)
{
	const char *body = round_text(&w->round, w->answer, "body");
	json_t *shown = body == NULL ? json_array()
				     : json_loads(unseal(w->request->arena, service.seals, body),
						  JSON_DECODE_ANY, NULL);

	return json_is_array(shown) ? shown : json_pack("[o]", shown);
}

enum export_result export_read(const struct request *r, struct arena *a,
			       const struct export_ask *ask, struct export_page *page)
{
	struct request *inner = request_for(r, a, ask);
	enum export_result result = EXPORT_FAILED;
	struct work w;

	if (permit(inner) != NULL || !is_about_the_person(inner))
		return EXPORT_CLOSED;
	give(inner, IN_QUERY, "limit", "200");
	give(inner, IN_QUERY, "cursor", ask->cursor);
	if (!work_begin(&w, inner))
		return EXPORT_FAILED;
	work_open(&w);
	w.answer = work_add(&w, ask->operation->statement);
	w.binding.action = "EXPORT";
	work_add(&w, "log");
	if (round_run(&w.round)) {
		page->items = items_of(&w);
		page->next = round_text(&w.round, w.answer, "next");
		result = EXPORT_SHOWN;
	} else if (!w.round.lost && (strcmp(w.round.sqlstate, "AP404") == 0 ||
				     strcmp(w.round.sqlstate, "AP403") == 0)) {
		result = EXPORT_CLOSED;
	}
	work_end(&w);
	return result;
}
