#ifndef TESTS_FHIR_FIXTURE_H
#define TESTS_FHIR_FIXTURE_H

/* For tests of the FHIR face: requests as the real contract routes them. */
#include "api_fixture.h"

#include "api/query.h"
#include "api/room.h"
#include "base/config.h"

/* As a cmocka group setup, in place of fixture_start(). */
static inline int fhir_fixture_start(void **state)
{
	const struct embedded *file = embedded_find("openapi.json");
	const char *why = NULL;

	fixture_start(state);

	const struct contract_source source = {
		.arena = service.arena, .text = file->data, .size = file->size, .formats = formats};

	service.contract = contract_load(&source, &why);
	assert_non_null(service.contract);
	config.base_url = "https://x.example/";
	return 0;
}

/* A request for "/fhir/r4<target>", routed, its query split. */
static inline struct request *fhir_fixture_request(const char *method, const char *target)
{
	struct request *r =
		fixture_request(method, arena_printf(service.arena, "/fhir/r4%s", target));

	assert_true(route(r));
	assert_true(query_parse(r, r->in.raw_query));
	return r;
}

static struct request *fhir_fixture_only;

/* The same in place of the last one so made, which it frees. */
static inline struct request *fhir_fixture_next(const char *method, const char *target)
{
	if (fhir_fixture_only != NULL)
		fixture_end(fhir_fixture_only);
	fhir_fixture_only = fhir_fixture_request(method, target);
	return fhir_fixture_only;
}

/* As a cmocka group teardown, in place of fixture_stop(). */
static inline int fhir_fixture_stop(void **state)
{
	if (fhir_fixture_only != NULL)
		fixture_end(fhir_fixture_only);
	return fixture_stop(state);
}

#endif
