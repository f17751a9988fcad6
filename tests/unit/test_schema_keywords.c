/* The table of keywords: each is found, and a value of the wrong kind is refused. */
#include "schema_fixture.h"

#include "contract/schema_node.h"

static const char *const keywords[] = {
	"$anchor",
	"$comment",
	"$defs",
	"$id",
	"$ref",
	"$schema",
	"additionalProperties",
	"allOf",
	"anyOf",
	"const",
	"contains",
	"contentEncoding",
	"contentMediaType",
	"default",
	"dependentRequired",
	"dependentSchemas",
	"deprecated",
	"description",
	"discriminator",
	"else",
	"enum",
	"example",
	"examples",
	"exclusiveMaximum",
	"exclusiveMinimum",
	"externalDocs",
	"format",
	"if",
	"items",
	"maxContains",
	"maxItems",
	"maxLength",
	"maxProperties",
	"maximum",
	"minContains",
	"minItems",
	"minLength",
	"minProperties",
	"minimum",
	"multipleOf",
	"not",
	"oneOf",
	"pattern",
	"patternProperties",
	"prefixItems",
	"properties",
	"propertyNames",
	"readOnly",
	"required",
	"then",
	"title",
	"type",
	"uniqueItems",
	"writeOnly",
	"xml",
};

static void finds_every_keyword(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (keyword_find(keywords[i]) == NULL)
			fail_msg("%s is not found", keywords[i]);
	assert_null(keyword_find("nullable"));
	assert_null(keyword_find(""));
}

static void refuses_values_of_the_wrong_kind(void **state)
{
	static const char *const schemas[] = {
		"{\"minLength\":-1}",
		"{\"minLength\":1.5}",
		"{\"minimum\":\"1\"}",
		"{\"multipleOf\":0}",
		"{\"type\":\"text\"}",
		"{\"type\":[]}",
		"{\"enum\":1}",
		"{\"required\":[1]}",
		"{\"required\":\"a\"}",
		"{\"allOf\":[]}",
		"{\"properties\":[]}",
		"{\"uniqueItems\":1}",
		"{\"pattern\":1}",
		"{\"format\":1}",
		"{\"$ref\":1}",
		"{\"contains\":true,\"minContains\":-1}",
		"{\"dependentRequired\":{\"a\":1}}",
		"{\"patternProperties\":1}",
		"{\"pattern\":\"(\"}",
		"{\"then\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		const char *why = NULL;

		if (compiled(schemas[i], &why) != NULL)
			fail_msg("%s is taken", schemas[i]);
		assert_non_null(why);
	}
}

static void takes_extensions(void **state)
{
	(void)state;
	assert_string_equal(faults_of("{\"x-anything\":{\"type\":1}}", "1"), "");
}

RUN(cmocka_unit_test(finds_every_keyword), cmocka_unit_test(refuses_values_of_the_wrong_kind),
    cmocka_unit_test(takes_extensions))
