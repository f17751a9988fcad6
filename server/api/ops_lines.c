/*
 * Answers of many lines, written as they are read out of PostgreSQL: the content of an export, the
 * report on an import.
 * Tested through tests/api/exports.test.mjs and imports.test.mjs: it hands pages on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/caller.h"
#include "api/ops.h"
#include "api/principal.h"
#include "api/stream.h"
#include "api/work.h"

enum { PLACE_MAX = 128 };

/* Where a reader stands. `page` gives text (body) and where the next one begins (next), NULL at the
 * end. */
struct reading {
	const char *page;
	const char *id, *reader; /* what is read, and who reads, as JSON */
	char place[PLACE_MAX];
};

static const char *value_of(const struct reading *at, const char *name)
{
	return strcmp(name, "path.id") == 0 ? at->id
	       : strcmp(name, "given") == 0 ? at->reader
					    : at->place;
}

/* The next page. A page that cannot be had breaks the answer off: half of it must not look whole.
 */
static enum stream_step next_page(struct request *r, struct arena *a, struct stream_piece *piece)
{
	struct reading *at = (struct reading *)r->reply.stream->state;
	const struct statement *s = statement_find(at->page);
	const char **values = arena_alloc(a, s->parameter_count * sizeof(char *));
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);
	struct round round;

	if (c == NULL)
		return STREAM_BROKEN;
	for (size_t i = 0; i < s->parameter_count; i++)
		values[i] = value_of(at, s->parameters[i]);
	round_init(&round, c, a);
	round_add(&round, s, values);

	bool fine = round_run(&round);
	const char *body = fine ? round_text(&round, 0, "body") : NULL;
	const char *place = fine ? round_text(&round, 0, "next") : NULL;

	pool_give_back(c);
	if (!fine || (place != NULL && strlen(place) >= PLACE_MAX))
		return STREAM_BROKEN;
	if (place == NULL)
		return STREAM_END;
	snprintf(at->place, sizeof(at->place), "%s", place);
	*piece = (struct stream_piece){body, body == NULL ? 0 : strlen(body)};
	return STREAM_PIECE;
}

static void begin_lines(struct request *r, const char *page, const char *place)
{
	struct reading *at = arena_alloc(r->arena, sizeof(*at));

	at->page = page;
	at->id = request_parameter(r, IN_PATH, "id");
	at->reader = caller_text(r);
	snprintf(at->place, sizeof(at->place), "%s", place);
	stream_answer(r, "application/x-ndjson", &(struct stream){next_page, at});
}

/* `open` gives a row when the thing is there for the caller. Whose data the pages show, they log.
 */
static enum outcome lines(struct request *r, const char *open, const char *page, const char *place)
{
	enum outcome outcome = ANSWERED;
	struct work w;

	if (!work_begin(&w, r))
		return ANSWERED;
	w.binding.action = "READ";
	work_add(&w, "context");
	w.answer = work_add(&w, open);
	work_add(&w, "log");
	if (!round_run(&w.round))
		outcome = work_failed(&w);
	else if (work_found(&w))
		begin_lines(r, page, place);
	work_end(&w);
	return outcome;
}

enum outcome ops_export_content(struct request *r)
{
	return lines(r, "export_open", "export_page", "{}");
}

enum outcome ops_import_report(struct request *r)
{
	const char *after = request_parameter(r, IN_QUERY, "after");

	return lines(r, "import_report_open", "import_report_page",
		     arena_printf(r->arena, "{\"after\":%s}", after == NULL ? "0" : after));
}
