/*
 * One operation's answer, as part of an export, and what is read beside each thing of it.
 * Tested through tests/api/patient-export.test.mjs: it runs statements.
 */
#include "api/export.h"

#include <string.h>

#include "api/permit.h"
#include "api/principal.h"
#include "api/service.h"
#include "api/unseal.h"
#include "api/work.h"
#include "api/paper.h"

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

/* Seals stay closed, each with its projection: who writes the text opens them. */
static json_t *items_of(struct work *w)
{
	const char *body = round_text(&w->round, w->answer, "body");
	json_t *shown = body == NULL ? json_array() : json_loads(body, JSON_DECODE_ANY, NULL);

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

static const struct operation *named_in(const json_t *part, const char *member)
{
	const char *name = json_string_value(json_object_get(part, member));

	return name == NULL ? NULL : contract_operation(service.contract, name);
}

/* A thing of a list as it is read by itself, which shows more; itself when that is closed. */
static json_t *whole(const struct request *r, struct arena *a, const struct operation *each,
		     json_t *item)
{
	struct export_page page;
	const struct export_ask ask = {.operation = each,
				       .id = json_string_value(json_object_get(item, "id"))};

	if (export_read(r, a, &ask, &page) != EXPORT_SHOWN)
		return json_incref(item);

	json_t *one = json_incref(json_array_get(page.items, 0));

	json_decref(page.items);
	return one == NULL ? json_incref(item) : one;
}

static void add_line(json_t *lines, const struct operation *op, json_t *item)
{
	const char *resource = op->resource == NULL ? op->id : op->resource;

	json_array_append_new(lines, json_pack("{s:s, s:s, s:o}", "resource", resource, "operation",
					       op->id, "item", item));
}

/* What hangs below a thing of the list, as the legal periods below an admission. */
static void add_below(const struct request *r, struct arena *a, json_t *lines,
		      const struct export_ask *ask)
{
	struct export_page page;

	if (export_read(r, a, ask, &page) != EXPORT_SHOWN)
		return;
	for (size_t i = 0; i < json_array_size(page.items); i++)
		add_line(lines, ask->operation, json_incref(json_array_get(page.items, i)));
	json_decref(page.items);
}

json_t *export_lines(const struct request *r, struct arena *a, const json_t *part,
		     const json_t *items)
{
	const struct operation *list = named_in(part, "list"), *each = named_in(part, "each"),
			       *below = named_in(part, "below");
	json_t *lines = json_array();

	for (size_t i = 0; i < json_array_size(items); i++) {
		json_t *item = json_array_get(items, i);
		const struct export_ask ask = {
			.operation = below, .id = json_string_value(json_object_get(item, "id"))};

		add_line(lines, list, each == NULL ? json_incref(item) : whole(r, a, each, item));
		if (below != NULL)
			add_below(r, a, lines, &ask);
	}
	return lines;
}

const char *export_line(struct arena *a, json_t *object)
{
	return unseal(a, service.seals, arena_printf(a, "%s\n", json_text(a, object)));
}

const char *export_file(struct arena *a, const json_t *lines)
{
	size_t count = json_array_size(lines), size = 0;
	const char **texts = arena_alloc(a, (count + 1) * sizeof(*texts));
	char *out, *end;

	for (size_t i = 0; i < count; i++) {
		texts[i] = export_line(a, json_incref(json_array_get(lines, i)));
		size += strlen(texts[i]);
	}
	out = end = arena_alloc(a, size + 1);
	for (size_t i = 0; i < count; i++)
		end = stpcpy(end, texts[i]);
	return out;
}
