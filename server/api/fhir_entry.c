/*
 * One entry of a Bundle.
 * Tested through tests/api/fhir-transaction.test.mjs: it is a request that runs.
 */
#include "api/fhir_entry.h"

#include <string.h>

#include "api/allowance.h"
#include "api/fhir.h"
#include "api/fhir_patch.h"
#include "api/fhir_refer.h"
#include "api/inner.h"
#include "api/negotiate.h"
#include "api/problem.h"
#include "api/service.h"
#include "auth/random.h"
#include "base/text.h"

static const char *said(const struct fhir_entry *e, const char *member)
{
	return json_string_value(json_object_get(e->request, member));
}

/* The address's steps, decoded, below "/fhir/r4". False when there are too many, or one is bad. */
static bool read_segments(struct request *r, const char *path)
{
	r->in.segments[0] = "fhir";
	r->in.segments[1] = "r4";
	r->in.segment_count = 2;
	for (size_t len; *path != '\0'; path += len + (path[len] == '/')) {
		const char *one;

		len = strcspn(path, "/");
		one = text_percent_decode(r->arena, path, len, false);
		if (one == NULL || r->in.segment_count == SEGMENTS_MAX)
			return false;
		r->in.segments[r->in.segment_count++] = one;
	}
	return true;
}

static int method_of(const char *name)
{
	static const char *const names[METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	for (int m = 0; name != NULL && m < METHOD_COUNT; m++)
		if (strcmp(name, names[m]) == 0)
			return m;
	return -1;
}

/* What is no request of a Bundle: another one, and an export, whose answers are no resources. */
static bool stands_alone(const struct operation *op)
{
	return op->fhir != NULL && strncmp(op->fhir, "export", strlen("export")) == 0;
}

/* Which operation it is. False when answered. */
static bool find(struct request *r, const struct fhir_entry *e)
{
	size_t len = strcspn(e->url, "?");
	int method = method_of(said(e, "method"));
	struct route_match match;

	r->in.method = method < 0 ? "GET" : said(e, "method");
	r->in.raw_query = e->url[len] == '?' ? e->url + len + 1 : NULL;
	/* no Bundle within a Bundle */
	if (!read_segments(r, arena_copy(r->arena, e->url, len)) || r->in.segment_count < 3 ||
	    !contract_match(service.contract, r->in.segments, r->in.segment_count, &match))
		return problem(r, "not_found", NULL);
	if (method < 0 || match.by_method[method] == NULL)
		return problem(r, "method_not_allowed", NULL);
	if (stands_alone(match.by_method[method]))
		return problem(r, "not_found", NULL);
	r->op = match.by_method[method];
	for (size_t i = 0; i < match.parameter_count; i++)
		inner_path(r, match.parameters[i].name, match.parameters[i].value);
	return true;
}

/*
 * Of a batch's key each entry has its own, by its place; a transaction's is kept as a whole.
 */
static const char *key_of(const struct fhir_bundle *b, size_t place)
{
	const char *key = request_header(b->request, "Idempotency-Key");
	char digest[RANDOM_SHA256_HEX_SIZE];

	if (key == NULL || b->request->session != NULL)
		return NULL;
	random_sha256_hex(arena_printf(b->request->arena, "%s %zu", key, place), digest);
	return arena_dup(b->request->arena, digest);
}

/* What the entry carries: a resource, or in a Binary a patch of one. False when answered. */
static bool give_body(struct request *r, const json_t *resource)
{
	const char *patch;

	if (resource == NULL || r->op->body_count == 0)
		return true;
	if (!fhir_does(r->op, "patch")) {
		inner_body(r, "application/fhir+json", resource);
		return true;
	}
	patch = fhir_patch_carried(r->arena, resource);
	if (patch == NULL)
		return problem(r, "unsupported_media",
			       "a patch is a Binary of application/json-patch+json");
	inner_text(r, r->op->bodies[0].type, patch);
	return true;
}

static void give_headers(struct request *r, const struct fhir_bundle *b, size_t place)
{
	const struct fhir_entry *e = &b->list[place];

	inner_header(r, "Accept", "application/fhir+json");
	inner_header(r, "If-Match", said(e, "ifMatch"));
	inner_header(r, "If-None-Match", said(e, "ifNoneMatch"));
	inner_header(r, "If-None-Exist", said(e, "ifNoneExist"));
	inner_header(r, "Idempotency-Key", key_of(b, place));
	if (negotiate_preference(request_header_list(b->request, "Prefer"), "handling", "lenient"))
		inner_header(r, "Prefer", "handling=lenient");
}

/* What a conditional create has found is what others refer to. */
static void note_id(const struct request *r, struct fhir_entry *e)
{
	if (r->found && r->reply.status < 300)
		e->id = r->new_id;
}

bool fhir_entry_prepare(struct fhir_bundle *b, size_t place)
{
	struct request *r = inner_request(b->request, b->request->op);

	b->list[place].asked = r;
	r->place = arena_printf(r->arena, "Bundle.entry[%zu].resource", place);
	return find(r, &b->list[place]) &&
	       fhir_refer(b, r, json_object_get(json_array_get(b->entries, place), "resource"));
}

enum outcome fhir_entry_run(struct fhir_bundle *b, size_t place)
{
	struct fhir_entry *e = &b->list[place];
	struct request *r = e->asked;
	enum outcome outcome = ANSWERED;

	fhir_bundle_link(b, place);
	give_headers(r, b, place);
	r->new_id = e->id;
	r->session = b->request->session;
	if (!give_body(r, json_object_get(json_array_get(b->entries, place), "resource")) ||
	    !authorise(r) || !allowance_take(r) || !validate(r))
		return ANSWERED;
	if (r->session != NULL)
		outcome = execute_once(r);
	else
		execute(r);
	if (outcome == ANSWERED)
		note_id(r, e);
	return outcome;
}
