/* A statement's row becomes a resource or a Bundle, with the headers that FHIR's REST asks for. */
#include "api/fhir_answer.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_native.h"
#include "api/fhir_outcome.h"
#include "api/fhir_search.h"
#include "api/links.h"
#include "api/problem.h"
#include "api/service.h"
#include "api/unseal.h"

static const char *column(const struct work *w, const char *name)
{
	return round_text(&w->round, w->answer, name);
}

/* Where a search can be read again: what was used of it, and the page. */
static const char *address(const struct request *r, const char *page)
{
	const char *used = r->search->used;
	const char *path = r->op->method == METHOD_GET ? fhir_path(r) : fhir_type(r->op);

	return arena_printf(r->arena, "%s/%s%s%s%s%s%s", fhir_base(r->arena), path,
			    *used == '\0' && page == NULL ? "" : "?", used,
			    *used == '\0' || page == NULL ? "" : "&", page == NULL ? "" : "_page=",
			    page == NULL ? "" : links_encode(r->arena, page));
}

/* What lenient handling left out, as an entry that is no match; "" when nothing was. */
static const char *outcome_entry(const struct request *r)
{
	json_t *outcome, *issues;
	const json_t *one;
	size_t i;

	/* a history has no place for it */
	if (r->search->ignored == NULL || fhir_does(r->op, "history"))
		return "";
	issues = json_array();
	json_array_foreach(r->search->ignored, i, one)
	{
		json_array_append_new(
			issues,
			fhir_remark("warning", "not-supported",
				    arena_printf(r->arena, "'%s' is no parameter of this search",
						 json_string_value(one))));
	}
	outcome = json_pack("{s:{s:s, s:o}, s:{s:s}}", "resource", "resourceType",
			    "OperationOutcome", "issue", issues, "search", "mode", "outcome");

	char *text = json_dumps(outcome, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(outcome);
	return copy;
}

/* The entries' text without its brackets; "" when there are none. */
static const char *inside(const struct request *r, const char *entries)
{
	const char *first, *last;

	if (entries == NULL || r->search->count_only)
		return "";
	first = strchr(entries, '[') + 1;
	first += strspn(first, " \t\n");
	last = strrchr(entries, ']');
	return arena_copy(r->arena, first, (size_t)(last - first));
}

const char *fhir_searchset(const struct request *r, const char *entries, const char *next,
			   const char *total)
{
	const char *own = inside(r, entries), *remark = outcome_entry(r), *more = "";

	if (next != NULL && !r->search->count_only)
		more = arena_printf(r->arena, ",{\"relation\":\"next\",\"url\":\"%s\"}",
				    address(r, next));
	more = arena_printf(r->arena, "\"link\":[{\"relation\":\"self\",\"url\":\"%s\"}%s]",
			    address(r, NULL), more);
	if (total != NULL)
		more = arena_printf(r->arena, "\"total\":%s,%s", total, more);
	if (*own != '\0' || *remark != '\0')
		more = arena_printf(r->arena, "%s,\"entry\":[%s%s%s]", more, own,
				    *own == '\0' || *remark == '\0' ? "" : ",", remark);
	return arena_printf(r->arena,
			    "{\"resourceType\":\"Bundle\",\"id\":\"%s\",\"type\":\"%s\",%s}", r->id,
			    fhir_does(r->op, "history") ? "history" : "searchset", more);
}

static void set_headers(struct work *w)
{
	struct request *r = w->request;
	const char *version = column(w, "etag"), *modified = column(w, "modified");

	if (version != NULL)
		reply_header(r, "ETag", arena_printf(r->arena, "W/\"%s\"", version));
	if (modified != NULL)
		reply_header(r, "Last-Modified", arena_dup(r->arena, modified));
}

/* `_pretty=true`: for people. */
static const char *pretty(struct request *r, const char *body)
{
	const char *asked = request_parameter(r, IN_QUERY, "_pretty");
	json_t *json;
	char *text;

	if (asked == NULL || strcmp(asked, "true") != 0)
		return body;
	json = json_loads(body, 0, NULL);
	text = json_dumps(json, JSON_INDENT(2));
	body = arena_dup(r->arena, text);
	free(text);
	json_decref(json);
	return body;
}

static void set_body(struct request *r, const char *body)
{
	r->reply.content_type = fhir_media(r);
	r->reply.body = pretty(r, unseal(r->arena, service.seals, body));
	r->reply.body_size = strlen(r->reply.body);
}

static bool is_made(const struct request *r)
{
	return r->written != NULL && strcmp(r->written->key, "create") == 0;
}

static void set_location(struct work *w)
{
	struct request *r = w->request;
	const char *id = w->binding.path_id != NULL ? w->binding.path_id : r->new_id;

	reply_header(r, "Location",
		     arena_printf(r->arena, "%s/%s/%s/_history/%s", fhir_base(r->arena),
				  r->written->type, id, column(w, "etag")));
}

void fhir_answer(struct work *w)
{
	struct request *r = w->request;
	const char *body = column(w, "body");

	set_headers(w);
	if (column(w, "not_modified") != NULL) {
		r->reply.status = 304;
		return;
	}
	if (r->reply.status == 0)
		r->reply.status = is_made(r) ? 201 : 200;
	if (r->reply.status == 201)
		set_location(w);
	if (fhir_lists(r->op))
		body = fhir_searchset(r, body, column(w, "next"), column(w, "total"));
	if (body == NULL)
		problem(r, "not_found", NULL);
	else
		set_body(r, body);
}
