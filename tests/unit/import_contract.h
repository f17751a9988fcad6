#ifndef TESTS_IMPORT_CONTRACT_H
#define TESTS_IMPORT_CONTRACT_H

/* A small type of import, for the tests of what reads rows. */
#include <stdlib.h>
#include <string.h>

#include "api/import_shape.h"
#include "domain/national_id.h"

static const char import_document[] =
	"{\"components\":{\"schemas\":{\"Row\":{\"type\":\"object\",\"required\":[\"source_"
	"system\","
	"\"source_id\",\"source_updated_at\",\"must\"],\"properties\":{\"source_system\":{\"type\":"
	"\"string\"},\"source_id\":{\"type\":\"string\"},\"source_updated_at\":{\"type\":"
	"\"string\","
	"\"format\":\"date-time\"},\"op\":{\"type\":\"string\"},\"note\":{\"type\":\"string\"},"
	"\"patient_id\":{\"type\":\"string\"},\"patient_id_system\":{\"type\":\"string\"},"
	"\"nights\":"
	"{\"type\":\"integer\",\"minimum\":0},\"alone\":{\"type\":\"boolean\"},\"ward\":{\"type\":"
	"\"string\"},\"must\":{\"type\":\"string\"}},\"additionalProperties\":false}}}}";
static const char import_operation[] =
	"{\"requestBody\":{\"content\":{\"application/x-ndjson\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Row\"}}}}}";

/* The shape of its rows, in the arena, which adopts what it stands on. */
static const struct import_shape *import_test_shape(struct arena *a)
{
	json_t *document = json_loads(import_document, 0, NULL);
	json_t *operation = json_loads(import_operation, 0, NULL);
	const struct schema_source source = {.arena = a, .root = document};
	const char *why = NULL;
	struct media *media = arena_alloc(a, sizeof(*media));
	struct contract contract = {.document = document};
	struct operation op = {.json = operation, .body_count = 1, .bodies = media};

	arena_adopt(a, (void (*)(void *))json_decref, document);
	arena_adopt(a, (void (*)(void *))json_decref, operation);
	media->type = "application/x-ndjson";
	media->schema = schema_compile(&source, "/components/schemas/Row", &why);
	national_id_mode(false, false);
	return import_shape_of(a, &contract, &op);
}

#endif
