/*
 * Fuzzes the path of a JSON body: depth, parsing, validation against a schema with every kind of
 * keyword, and the visitor that replaces values in place.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "contract/json_value.h"
#include "contract/schema.h"

enum { DEPTH = 32, SETUP_LIMIT = 16 * 1024 * 1024, REQUEST_LIMIT = 16 * 1024 * 1024 };

static const char schema_text[] =
	"{\"type\":\"object\",\"required\":[\"kind\"],\"maxProperties\":40,"
	"\"properties\":{\"kind\":{\"enum\":[\"A\",\"B\",1,null]},"
	"\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":20,\"pattern\":\"^\\\\p{Lu}"
	"\\\\w+\"},"
	"\"email\":{\"format\":\"email\"},\"host\":{\"format\":\"hostname\"},"
	"\"at\":{\"format\":\"date-time\"},\"for\":{\"format\":\"duration\"},"
	"\"uri\":{\"format\":\"uri\"},\"ref\":{\"format\":\"uri-reference\"},"
	"\"ip\":{\"anyOf\":[{\"format\":\"ipv4\"},{\"format\":\"ipv6\"}]},"
	"\"regex\":{\"format\":\"regex\"},\"id\":{\"format\":\"uuid\"},"
	"\"number\":{\"type\":[\"string\",\"null\"],\"format\":\"secret\"},"
	"\"count\":{\"type\":\"integer\",\"minimum\":0,\"exclusiveMaximum\":100,\"multipleOf\":0.5}"
	","
	"\"list\":{\"type\":\"array\",\"uniqueItems\":true,\"maxItems\":50,\"contains\":{\"type\":"
	"\"string\"},"
	"\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"$ref\":\"#\"}},"
	"\"tree\":{\"$ref\":\"#\"},\"same\":{\"const\":{\"a\":[1,2.0]}}},"
	"\"patternProperties\":{\"^x-\":{\"type\":\"string\",\"format\":\"secret\"}},"
	"\"additionalProperties\":{\"type\":[\"boolean\",\"object\"]},"
	"\"propertyNames\":{\"maxLength\":30},\"dependentRequired\":{\"email\":[\"name\"]},"
	"\"if\":{\"properties\":{\"kind\":{\"const\":\"B\"}}},\"then\":{\"required\":[\"name\"]},"
	"\"else\":{\"not\":{\"required\":[\"host\"]}},"
	"\"oneOf\":[{\"required\":[\"at\"]},{\"required\":[\"for\"]},{\"minProperties\":1}]}";

static bool is_secret(const char *s, size_t len)
{
	return len == 4 && memcmp(s, "1234", 4) == 0;
}

static struct schema *compile(void)
{
	static const struct schema_format formats[] = {{"secret", is_secret}, {NULL, NULL}};
	const char *why = NULL;
	const struct schema_source source = {
		.arena = arena_new(SETUP_LIMIT),
		.root = json_loads(schema_text, 0, NULL),
		.formats = formats,
	};
	struct schema *s = schema_compile(&source, "", &why);

	if (s == NULL)
		abort();
	return s;
}

/* As sealing does: a new value takes the place of the old one. */
static void replace(void *context, const struct schema_found *found)
{
	(void)context;
	if (strcmp(found->format, "secret") != 0)
		abort();
	if (found->key != NULL)
		json_object_set_new(found->parent, found->key, json_string("seal:"));
	else if (found->parent != NULL)
		json_array_set_new(found->parent, found->index, json_string("seal:"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct schema *schema;
	static struct arena *arena;
	const struct schema_visitor visitor = {.formatted = replace};
	json_error_t error;

	if (schema == NULL) {
		schema = compile();
		arena = arena_new(REQUEST_LIMIT);
	}
	if (!json_fits_depth((const char *)data, size, DEPTH))
		return 0;

	json_t *value = json_loadb((const char *)data, size,
				   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (value != NULL) {
		struct faults faults = {.arena = arena};
		bool valid = schema_validate(schema, value, &faults, &visitor);

		if (valid != (faults.count == 0))
			abort();
		json_decref(value);
	}
	arena_clear(arena);
	return 0;
}
