/*
 * $export over FHIR (HL7 Bulk Data Access): asked for, prepared while its caller asks how far it
 * is (sql/migrations/0201_fhir_exports.sql), and ended; its files are ops_fhir_export_file.c.
 * Tested through tests/api/fhir-export.test.mjs: its parts are statements.
 */
#include <stdlib.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_search.h"
#include "api/negotiate.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/work.h"
#include "auth/random.h"
#include "base/config.h"

/* Bulk Data: what takes a while is not done for somebody who waits for it. */
static bool is_asynchronous(struct request *r)
{
	if (negotiate_preference(request_header_list(r, "Prefer"), "respond-async", ""))
		return true;
	faults_add(r->faults, "/header/Prefer", "required", "must be respond-async");
	return problem_faults(r, "invalid_parameter");
}

/* What is asked for, beside the parameters. */
static const char *wish(struct request *r, const char *id)
{
	const char *used = r->search->used;
	json_t *wish = json_pack("{s:s, s:s*, s:s, s:i}", "id", id, "unit_id",
				 request_parameter(r, IN_PATH, "id"), "request",
				 arena_printf(r->arena, "%s/%s%s%s", fhir_base(r->arena),
					      fhir_path(r), *used == '\0' ? "" : "?", used),
				 "most", (int)config.export_persons);
	char *text = json_dumps(wish, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(wish);
	return copy;
}

static const char *new_id(struct request *r)
{
	char id[37];

	random_uuid_v7(id);
	return arena_dup(r->arena, id);
}

static void accepted(struct request *r, const char *id)
{
	r->reply.status = 202;
	reply_header(r, "Content-Location",
		     arena_printf(r->arena, "%s/_export/%s", fhir_base(r->arena), id));
}

enum outcome ops_fhir_export(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!is_asynchronous(r) || !work_begin(&w, r))
		return ANSWERED;
	w.binding.given = wish(r, new_id(r));
	work_open(&w);
	w.answer = work_add(&w, "fhir_export_begin");
	if (work_run(&w))
		accepted(r, arena_dup(r->arena, round_text(&w.round, w.answer, "id")));
	else
		outcome = work_failed(&w);
	work_end(&w);
	return outcome;
}

/* Done: what can be read, and until when. */
static void tell_files(struct work *w, const char *manifest)
{
	struct request *r = w->request;

	r->reply.status = 200;
	r->reply.content_type = "application/json";
	r->reply.body = arena_dup(r->arena, manifest);
	r->reply.body_size = strlen(r->reply.body);
	reply_header(r, "Expires",
		     arena_dup(r->arena, round_text(&w->round, w->answer, "expires")));
}

static void tell_how_far(struct work *w)
{
	struct request *r = w->request;

	r->reply.status = 202;
	reply_header(r, "X-Progress",
		     arena_dup(r->arena, round_text(&w->round, w->answer, "progress")));
	reply_header(r, "Retry-After", "1");
}

static void tell(struct work *w)
{
	const char *manifest = round_text(&w->round, w->answer, "body");

	if (manifest != NULL)
		tell_files(w, manifest);
	else
		tell_how_far(w);
}

enum outcome ops_fhir_export_status(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!work_begin(&w, r))
		return ANSWERED;
	w.binding.given = arena_printf(r->arena, "%ld", config.export_step);
	if (!work_statement(&w, "fhir_export_step", "READ"))
		outcome = work_failed(&w);
	else if (work_found(&w))
		tell(&w);
	work_end(&w);
	return outcome;
}

enum outcome ops_fhir_export_end(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!work_begin(&w, r))
		return ANSWERED;
	if (work_statement(&w, "fhir_export_end", "UPDATE"))
		r->reply.status = 202;
	else
		outcome = work_failed(&w);
	work_end(&w);
	return outcome;
}
