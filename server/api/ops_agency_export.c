/*
 * The content of an export, written as it is read out of PostgreSQL.
 * Tested through tests/api/exports.test.mjs: it hands pages on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/caller.h"
#include "api/ops.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/stream.h"
#include "api/work.h"

enum { PLACE_MAX = 128 };

/* Where a reader stands. */
struct reading {
	const char *id, *reader; /* the export, and who reads, as JSON */
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
	const struct statement *s = statement_find("export_page");
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

enum outcome ops_export_content(struct request *r)
{
	struct reading *at = arena_alloc(r->arena, sizeof(*at));
	enum outcome outcome = ANSWERED;
	struct work w;

	if (!work_begin(&w, r))
		return ANSWERED;
	work_add(&w, "context");
	w.answer = work_add(&w, "export_open");
	if (!round_run(&w.round)) {
		outcome = work_failed(&w);
	} else if (round_rows(&w.round, w.answer) == 0) {
		problem(r, "not_found", NULL);
	} else {
		at->id = request_parameter(r, IN_PATH, "id");
		at->reader = caller_text(r);
		strcpy(at->place, "{}");
		stream_answer(r, "application/x-ndjson", &(struct stream){next_page, at});
	}
	work_end(&w);
	return outcome;
}
