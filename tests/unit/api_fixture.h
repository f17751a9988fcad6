#ifndef TESTS_API_FIXTURE_H
#define TESTS_API_FIXTURE_H

/*
 * For tests of the api room: a small contract of things and doors (api_fixture.json), with the
 * problems, the matrix and the schemas of the real one, and requests as room 1 hands them in.
 */
#include "cmocka_all.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/actions.h"
#include "api/formats.h"
#include "api/permit.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/request.h"
#include "api/service.h"
#include "base/config.h"
#include "base/embedded.h"
#include "base/text.h"
#include "domain/national_id.h"

static const char fixture_keys[] =
	"{\"encryption\":[{\"id\":\"e1\",\"key\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}],"
	"\"lookup\":[{\"id\":\"h1\",\"key\":\"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8\"}]}";

/* The contract of the fixture, with the real problems, matrix and schemas. */
static inline struct contract *fixture_contract(struct arena *a)
{
	const struct embedded *file = embedded_find("openapi.json");
	json_t *document = json_loadb(file->data, file->size, 0, NULL);
	json_t *own = json_load_file("tests/unit/api_fixture.json", 0, NULL);
	const char *why = NULL;

	assert_non_null(own);
	json_object_update(document, own);
	json_decref(own);

	char *text = json_dumps(document, JSON_COMPACT);
	const struct contract_source source = {
		.arena = a, .text = arena_dup(a, text), .size = strlen(text), .formats = formats};
	struct contract *c = contract_load(&source, &why);

	free(text);
	json_decref(document);
	if (c == NULL)
		fail_msg("%s", why);
	return c;
}

/* Every setting as it is when nobody sets it. */
static inline void fixture_settings(void)
{
	char *const nothing[] = {NULL};
	char why[256];

	assert_true(config_read(&config, nothing, why));
}

/* As a cmocka group setup: what service_start() does, without statements and database. */
static inline int fixture_start(void **state)
{
	const char *why = NULL;
	char text[256];

	(void)state;
	config.base_url = "";
	national_id_mode(false, false);
	service.arena = arena_new(64 << 20);
	service.contract = fixture_contract(service.arena);
	service.seals = seal_keys_load(fixture_keys, text);
	assert_non_null(service.seals);
	problem_load(service.contract->document);
	assert_true(actions_load(service.arena, service.contract, &why));
	assert_true(permit_load(service.arena, service.contract, &why));
	return 0;
}

static inline int fixture_stop(void **state)
{
	(void)state;
	seal_keys_free(service.seals);
	arena_free(service.arena);
	return 0;
}

/* A request for "path?query"; fixture_end() frees it. */
static inline struct request *fixture_request(const char *method, const char *target)
{
	struct arena *a = arena_new(16 << 20);
	struct request *r = arena_alloc(a, sizeof(*r));
	const char *query = strchr(target, '?');
	size_t path_len = query == NULL ? strlen(target) : (size_t)(query - target);

	*r = (struct request){.arena = a};
	r->in.method = method;
	r->in.raw_path = arena_copy(a, target, path_len);
	r->in.raw_query = query == NULL ? NULL : query + 1;
	strcpy(r->id, "01890000-0000-4000-8000-000000000001");
	for (const char *s = r->in.raw_path; *s == '/';) {
		size_t len = strcspn(++s, "/");

		r->in.segments[r->in.segment_count++] = text_percent_decode(a, s, len, false);
		s += len;
	}
	r->faults = arena_alloc(a, sizeof(*r->faults));
	r->faults->arena = a;
	return r;
}

static inline void fixture_end(struct request *r)
{
	struct arena *a = r->arena;

	arena_free(a);
}

static inline void fixture_header(struct request *r, const char *name, const char *value)
{
	assert_true(r->in.header_count < HEADERS_MAX);
	r->in.headers[r->in.header_count++] = (struct header){name, value};
}

/* A JSON body, with its Content-Type. */
static inline void fixture_body(struct request *r, const char *type, const char *body)
{
	fixture_header(r, "Content-Type", type);
	r->in.body = body;
	r->in.body_size = strlen(body);
}

/* A reply's header, or NULL. */
static inline const char *fixture_reply(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->reply.header_count; i++)
		if (strcmp(r->reply.headers[i].name, name) == 0)
			return r->reply.headers[i].value;
	return NULL;
}

/* The reply's body as JSON, freed with the request. */
static inline json_t *fixture_json(const struct request *r)
{
	json_t *body = json_loadb(r->reply.body, r->reply.body_size, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(body);
	arena_adopt(r->arena, (void (*)(void *))json_decref, body);
	return body;
}

static inline const char *fixture_member(const struct request *r, const char *name)
{
	return json_string_value(json_object_get(fixture_json(r), name));
}

#endif
