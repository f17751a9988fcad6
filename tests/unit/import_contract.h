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

/* The shape of its rows, in the arena. */
static const struct import_shape *import_test_shape(struct arena *a)
{
	json_t *document = json_loads(import_document, 0, NULL);
	const struct schema_source source = {.arena = a, .root = document};
	const char *why = NULL;
	struct media *media = arena_alloc(a, sizeof(*media));
	struct operation op = {.body_count = 1, .bodies = media};

	media->type = "application/x-ndjson";
	media->schema = schema_compile(&source, "/components/schemas/Row", &why);
	json_decref(document);
	national_id_mode(false, false);
	return import_shape_of(a, &op);
}

#endif
