/* Builds every refusal's body from the contract's catalogue. */
#include "api/problem.h"

#include <stdarg.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_outcome.h"
#include "api/negotiate.h"
#include "api/reason.h"
#include "contract/schema.h"

static const json_t *catalogue;

void problem_load(const json_t *document)
{
	catalogue = json_object_get(document, "x-problems");
	reason_load(document);
}

const json_t *problem_entry(const char *code)
{
	return json_object_get(catalogue, code);
}

static const char *language(const struct request *r)
{
	return negotiate_language(request_header_list(r, "Accept-Language"));
}

static void standard_headers(struct request *r, int status, const char *code)
{
	if (status == 503)
		reply_header(r, "Retry-After", "2");
	if (strcmp(code, "idempotency_busy") == 0)
		reply_header(r, "Retry-After", "1");
	if (strcmp(code, "export_running") == 0)
		reply_header(r, "Retry-After", "60");
	reply_header(r, "Content-Language", language(r));
}

static json_t *base_object(struct request *r, int status, const char *code, const char *detail)
{
	const json_t *entry = problem_entry(code);
	const char *tongue = language(r);
	const char *title =
		json_string_value(json_object_get(json_object_get(entry, "title"), tongue));
	json_t *o = json_pack("{s:s+, s:s, s:i, s:s, s:s}", "type", "/api/v1/problems/", code,
			      "title", title == NULL ? "Error" : title, "status", status, "code",
			      code, "request_id", r->id);

	if (detail != NULL && detail[0] != '\0')
		json_object_set_new(o, "detail", json_string(detail));

	json_t *reason = reason_of(r, code, status);

	if (reason != NULL)
		json_object_set_new(o, "reason", reason);
	return o;
}

static bool send(struct request *r, int status, json_t *object)
{
	const char *type = "application/problem+json";
	char *text;

	standard_headers(r, status, json_string_value(json_object_get(object, "code")));
	if (fhir_asked(r)) {
		object = fhir_outcome(r, object, &status);
		type = fhir_media(r);
	}
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	r->reply.status = status;
	r->reply.content_type = type;
	r->reply.stream = NULL;
	r->reply.body = arena_dup(r->arena, text);
	r->reply.body_size = strlen(text);
	free(text);
	return false;
}

static int status_of(const char **code)
{
	const json_t *entry = problem_entry(*code);

	if (entry == NULL) {
		*code = "internal";
		return 500;
	}
	return (int)json_integer_value(json_object_get(entry, "status"));
}

bool problem(struct request *r, const char *code, const char *detail_format, ...)
{
	char *detail = NULL;
	va_list args;
	int status = status_of(&code);

	if (detail_format != NULL) {
		va_start(args, detail_format);
		detail = arena_vprintf(r->arena, detail_format, args);
		va_end(args);
	}
	return send(r, status, base_object(r, status, code, detail));
}

bool problem_with(struct request *r, const char *code, const json_t *extension)
{
	int status = status_of(&code);
	json_t *o = base_object(r, status, code, NULL), *more = json_deep_copy(extension);

	if (json_is_object(more))
		json_object_update_missing(o, more);
	json_decref(more);
	return send(r, status, o);
}

bool problem_status(struct request *r, int status, const char *code, const char *detail)
{
	return send(r, status, base_object(r, status, code, detail));
}

bool problem_faults(struct request *r, const char *code)
{
	int status = status_of(&code);
	json_t *o = base_object(r, status, code, NULL), *errors = json_array();

	for (size_t i = 0; i < r->faults->count; i++) {
		const struct fault *f = &r->faults->list[i];

		json_array_append_new(errors, json_pack("{s:s, s:s, s:s}", "pointer", f->pointer,
							"code", f->code, "detail", f->detail));
	}
	json_object_set_new(o, "errors", errors);
	return send(r, status, o);
}
