/*
 * A file of an export over FHIR, made as it is read.
 * Tested through tests/api/fhir-export.test.mjs: its pages are PostgreSQL's.
 */
#include <stdio.h>
#include <string.h>

#include "api/identify.h"
#include "api/ops.h"
#include "api/room.h"
#include "api/service.h"
#include "api/stream.h"
#include "api/unseal.h"
#include "api/work.h"

enum { PLACE_MAX = 128 };

struct file {
	char place[PLACE_MAX]; /* where the next page begins, as PostgreSQL said; "{}" the first */
	bool ended;
};

/* When the registry has moved while the file was read: its reader is judged anew. */
static bool is_still_admitted(struct request *r, const struct work *w)
{
	const struct reply reply = r->reply;
	char why[256];
	bool admitted;

	if (strcmp(w->round.sqlstate, "APREG") != 0)
		return false;
	identify_anew(why);
	r->reply.status = 0;
	admitted = authenticate(r) && authorise(r);
	r->reply = reply;
	return admitted;
}

static bool read_page(struct request *r, struct arena *a, struct work *w)
{
	const struct file *f = r->reply.stream->state;
	struct request *inner = arena_alloc(a, sizeof(*inner));

	*inner = *r;
	inner->arena = a;
	inner->reply = (struct reply){0};
	if (!work_begin(w, inner))
		return false;
	w->binding.given = f->place;

	bool fine = work_statement(w, "fhir_export_page", "EXPORT") &&
		    round_rows(&w->round, w->answer) > 0;

	work_end(w);
	return fine;
}

/* A page that cannot be had breaks the file off: half of it must not look whole. */
static enum stream_step next_page(struct request *r, struct arena *a, struct stream_piece *piece)
{
	struct file *f = r->reply.stream->state;
	struct work w;

	if (f->ended)
		return STREAM_END;
	if (!read_page(r, a, &w) && (!is_still_admitted(r, &w) || !read_page(r, a, &w)))
		return STREAM_BROKEN;

	const char *body = round_text(&w.round, w.answer, "body");
	const char *next = round_text(&w.round, w.answer, "next");

	if (next != NULL && strlen(next) >= PLACE_MAX)
		return STREAM_BROKEN;
	f->ended = next == NULL;
	if (next != NULL)
		snprintf(f->place, sizeof(f->place), "%s", next);
	piece->bytes = unseal(a, service.seals, body);
	piece->size = strlen(piece->bytes);
	return STREAM_PIECE;
}

static void begin_file(struct request *r)
{
	struct file *f = arena_alloc(r->arena, sizeof(*f));

	*f = (struct file){.place = "{}"};
	stream_answer(r, "application/fhir+ndjson",
		      &(const struct stream){.next = next_page, .state = f});
}

/* Whose file it is is decided, and logged, before the first byte leaves; whom it shows, as it is
 * read. */
enum outcome ops_fhir_export_file(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!work_begin(&w, r))
		return ANSWERED;
	if (!work_statement(&w, "fhir_export_open", "READ"))
		outcome = work_failed(&w);
	else if (work_found(&w))
		begin_file(r);
	work_end(&w);
	return outcome;
}
