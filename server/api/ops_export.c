/*
 * Everything that a person may see about themself, as a file: the answers of the operations that
 * x-parts names, one after the other, one thing a line.
 * Tested through tests/api/patient-export.test.mjs: it runs statements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/export.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/service.h"
#include "api/stream.h"
#include "api/work.h"

struct exporting {
	const json_t *parts; /* of x-parts: {list, each, below} */
	size_t part;
	const char *person;
	char cursor[1024]; /* of the next page of this part; "" for the first one */
	size_t items;	   /* of this part so far */
	json_t *summary;   /* the last line */
	bool ended;
};

static const char *part_member(const struct exporting *e, const char *name)
{
	return json_string_value(json_object_get(json_array_get(e->parts, e->part), name));
}

static const char *line(struct arena *a, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	const char *copy = arena_printf(a, "%s\n", text);

	free(text);
	json_decref(object);
	return copy;
}

static void next_part(struct exporting *e, const char *operation, bool closed)
{
	json_array_append_new(json_object_get(e->summary, "parts"),
			      json_pack("{s:s, s:i, s:b}", "operation", operation, "items",
					(int)e->items, "closed", closed));
	e->part++;
	e->items = 0;
	e->cursor[0] = '\0';
}

/* A thing of a list as it is read by itself, which shows more; itself when that is closed. */
static json_t *whole(const struct request *r, struct arena *a, const char *each, json_t *item)
{
	struct export_page page;
	const struct export_ask ask = {.operation = contract_operation(service.contract, each),
				       .id = json_string_value(json_object_get(item, "id"))};

	if (export_read(r, a, &ask, &page) != EXPORT_SHOWN)
		return json_incref(item);

	json_t *one = json_incref(json_array_get(page.items, 0));

	json_decref(page.items);
	return one == NULL ? json_incref(item) : one;
}

static const char *with_line(struct arena *a, const char *text, const struct operation *op,
			     json_t *item)
{
	const char *resource = op->resource == NULL ? op->id : op->resource;

	return arena_printf(a, "%s%s", text,
			    line(a, json_pack("{s:s, s:s, s:o}", "resource", resource, "operation",
					      op->id, "item", item)));
}

/* What hangs below a thing of the list, as the legal periods below an admission. */
static const char *with_below(const struct request *r, struct arena *a, const char *text,
			      const struct export_ask *ask)
{
	struct export_page page;

	if (export_read(r, a, ask, &page) != EXPORT_SHOWN)
		return text;
	for (size_t i = 0; i < json_array_size(page.items); i++)
		text = with_line(a, text, ask->operation,
				 json_incref(json_array_get(page.items, i)));
	json_decref(page.items);
	return text;
}

static const char *lines_of(const struct request *r, struct arena *a, struct exporting *e,
			    json_t *items)
{
	const struct operation *list = contract_operation(service.contract, part_member(e, "list"));
	const char *each = part_member(e, "each"), *below = part_member(e, "below"), *text = "";

	for (size_t i = 0; i < json_array_size(items); i++, e->items++) {
		json_t *item = json_array_get(items, i);
		const struct export_ask ask = {
			.operation =
				below == NULL ? NULL : contract_operation(service.contract, below),
			.id = json_string_value(json_object_get(item, "id"))};

		text = with_line(a, text, list,
				 each == NULL ? json_incref(item) : whole(r, a, each, item));
		if (below != NULL)
			text = with_below(r, a, text, &ask);
	}
	return text;
}

static enum stream_step send_summary(struct exporting *e, struct arena *a,
				     struct stream_piece *piece)
{
	piece->bytes = line(a, json_pack("{s:O}", "summary", e->summary));
	piece->size = strlen(piece->bytes);
	e->ended = true;
	return STREAM_PIECE;
}

static enum stream_step next_page(struct request *r, struct arena *a, struct stream_piece *piece)
{
	struct exporting *e = r->reply.stream->state;
	struct export_page page = {0};

	if (e->ended)
		return STREAM_END;
	if (e->part == json_array_size(e->parts))
		return send_summary(e, a, piece);

	const char *name = part_member(e, "list");
	const struct export_ask ask = {.operation = contract_operation(service.contract, name),
				       .id = e->person,
				       .cursor = e->cursor[0] == '\0' ? NULL : e->cursor};
	enum export_result result = export_read(r, a, &ask, &page);

	if (result == EXPORT_FAILED)
		return STREAM_BROKEN;
	piece->bytes = page.items == NULL ? "" : lines_of(r, a, e, page.items);
	piece->size = strlen(piece->bytes);
	json_decref(page.items);
	if (page.next != NULL && strlen(page.next) < sizeof(e->cursor))
		snprintf(e->cursor, sizeof(e->cursor), "%s", page.next);
	else
		next_part(e, name, result == EXPORT_CLOSED);
	return STREAM_PIECE;
}

static void begin_stream(struct request *r, const char *head)
{
	struct exporting *e = arena_alloc(r->arena, sizeof(*e));

	*e = (struct exporting){.parts = json_object_get(r->op->extensions, "x-parts"),
				.person = request_parameter(r, IN_PATH, "id"),
				.summary = json_loads(head, 0, NULL)};
	json_object_set_new(e->summary, "parts", json_array());
	arena_adopt(r->arena, (void (*)(void *))json_decref, e->summary);
	reply_header(r, "Content-Disposition", "attachment; filename=\"samhandling.ndjson\"");
	stream_answer(r, "application/x-ndjson",
		      &(const struct stream){.next = next_page, .state = e});
}

/* Who may have it is decided, and logged, before the first byte leaves. */
enum outcome ops_export_patient(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!work_begin(&w, r))
		return ANSWERED;
	work_open(&w);
	w.answer = work_add(&w, r->op->id);
	w.binding.action = "EXPORT";
	work_add(&w, "log");
	if (round_run(&w.round))
		begin_stream(r, round_text(&w.round, w.answer, "body"));
	else
		outcome = work_failed(&w);
	work_end(&w);
	return outcome;
}
