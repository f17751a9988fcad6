/*
 * Everything that a person may see about themself: the answers of the operations that x-parts
 * names, one after the other; as a file of one thing a line, or as a page on paper, of which SQL
 * writes each piece.
 * Tested through tests/api/patient-export.test.mjs: it runs statements.
 */
#include <stdio.h>
#include <string.h>

#include "api/answer.h"
#include "api/export.h"
#include "api/ops.h"
#include "api/paper.h"
#include "api/service.h"
#include "api/stream.h"
#include "api/work.h"

/* With what is read for each of them, and copied, they stay far below a piece's memory. */
enum { ITEMS_A_PIECE = 10 };

struct exporting {
	const json_t *parts; /* of x-parts: {list, each, below} */
	size_t part;
	const char *person;
	const char *page; /* the beginning of the page, until it is sent; NULL for a file */
	bool is_paper;
	char cursor[1024]; /* of the next page of this part; "" for the first one */
	size_t items;	   /* of this part so far */
	json_t *waiting;   /* items of the page that was read last; NULL when all are sent */
	size_t sent;	   /* of those */
	bool closed;	   /* this part is not for the caller */
	json_t *summary;   /* what ends it */
	bool ended;
};

static const char *part_member(const struct exporting *e, const char *name)
{
	return json_string_value(json_object_get(json_array_get(e->parts, e->part), name));
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

static enum stream_step give(struct stream_piece *piece, const char *text)
{
	if (text == NULL)
		return STREAM_BROKEN;
	*piece = (struct stream_piece){text, strlen(text)};
	return STREAM_PIECE;
}

static enum stream_step send_end(const struct request *r, struct arena *a,
				 struct stream_piece *piece)
{
	struct exporting *e = r->reply.stream->state;

	e->ended = true;
	if (e->is_paper)
		return give(piece, paper_write(r, a, "paper_end", json_incref(e->summary)));
	return give(piece, export_line(a, json_pack("{s:O}", "summary", e->summary)));
}

/* The next of those that wait. */
static json_t *take_some(struct exporting *e)
{
	json_t *some = json_array();

	while (e->sent < json_array_size(e->waiting) && json_array_size(some) < ITEMS_A_PIECE)
		json_array_append(some, json_array_get(e->waiting, e->sent++));
	if (e->sent == json_array_size(e->waiting)) {
		json_decref(e->waiting);
		e->waiting = NULL;
	}
	return some;
}

static enum stream_step send_items(struct request *r, struct arena *a, struct stream_piece *piece)
{
	struct exporting *e = r->reply.stream->state;
	bool first = e->items == 0;
	json_t *items = take_some(e);
	json_t *lines = export_lines(r, a, json_array_get(e->parts, e->part), items);
	const char *text = !e->is_paper ? export_file(a, lines)
					: paper_write(r, a, "paper_part",
						      json_pack("{s:s, s:b, s:O}", "operation",
								part_member(e, "list"), "first",
								first, "lines", lines));

	e->items += json_array_size(items);
	json_decref(lines);
	json_decref(items);
	return give(piece, text);
}

/* Reads what is sent next. */
static bool read_items(struct request *r, struct arena *a)
{
	struct exporting *e = r->reply.stream->state;
	struct export_page page = {0};
	const char *name = part_member(e, "list");
	const struct export_ask ask = {.operation = contract_operation(service.contract, name),
				       .id = e->person,
				       .cursor = e->cursor[0] == '\0' ? NULL : e->cursor};
	enum export_result result = export_read(r, a, &ask, &page);

	if (result == EXPORT_FAILED)
		return false;
	e->closed = result == EXPORT_CLOSED;
	e->waiting = page.items;
	e->sent = 0;
	if (page.next != NULL && strlen(page.next) < sizeof(e->cursor))
		snprintf(e->cursor, sizeof(e->cursor), "%s", page.next);
	else
		e->cursor[0] = '\0';
	return true;
}

static enum stream_step next_page(struct request *r, struct arena *a, struct stream_piece *piece)
{
	struct exporting *e = r->reply.stream->state;
	enum stream_step step;

	if (e->page != NULL) {
		step = give(piece, e->page);
		e->page = NULL;
		return step;
	}
	if (e->ended)
		return STREAM_END;
	if (e->part == json_array_size(e->parts))
		return send_end(r, a, piece);
	if (e->waiting == NULL && !read_items(r, a))
		return STREAM_BROKEN;
	step = e->waiting == NULL ? give(piece, "") : send_items(r, a, piece);
	if (e->waiting == NULL && e->cursor[0] == '\0')
		next_part(e, part_member(e, "list"), e->closed);
	return step;
}

static void forget(void *state)
{
	struct exporting *e = state;

	json_decref(e->waiting);
	json_decref(e->summary);
}

static void begin_stream(struct work *w)
{
	struct request *r = w->request;
	struct exporting *e = arena_alloc(r->arena, sizeof(*e));
	const char *page = round_text(&w->round, w->answer, "page");

	*e = (struct exporting){
		.parts = json_object_get(r->op->extensions, "x-parts"),
		.person = request_parameter(r, IN_PATH, "id"),
		.page = page == NULL ? NULL : arena_dup(r->arena, page),
		.is_paper = page != NULL,
		.summary = json_loads(round_text(&w->round, w->answer, "body"), 0, NULL)};
	json_object_set_new(e->summary, "parts", json_array());
	arena_adopt(r->arena, forget, e);
	if (e->is_paper)
		answer_page_policy(w);
	else
		reply_header(r, "Content-Disposition",
			     "attachment; filename=\"samhandling.ndjson\"");
	stream_answer(r, e->is_paper ? "text/html" : "application/x-ndjson",
		      &(const struct stream){.next = next_page, .state = e});
}

/* Who may have it is decided, and logged, before the first byte leaves. */
enum outcome ops_export_patient(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!work_begin(&w, r))
		return ANSWERED;
	if (work_statement(&w, r->op->id, "EXPORT"))
		begin_stream(&w);
	else
		outcome = work_failed(&w);
	work_end(&w);
	return outcome;
}
