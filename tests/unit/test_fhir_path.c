/* api/fhir_path: where something stands in a FHIR resource. */
#include "arena_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir_path.h"

#define OURS "https://samhandling.example/fhir/StructureDefinition/"

static json_t *resource_of(const char *text)
{
	json_t *made = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(made);
	return made;
}

static void assert_is(const json_t *made, const char *expected)
{
	char *text = json_dumps(made, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(text, expected);
	free(text);
}

static const char text[] =
	"{\"a\":{\"b\":\"x\"},\"note\":[{\"text\":\"one\"},{\"text\":\"two\"}],\"extension\":["
	"{\"url\":\"" OURS "ours\",\"valueCode\":\"o\"},"
	"{\"url\":\"http://hl7.org/fhir/StructureDefinition/theirs\",\"valueCode\":\"t\"},"
	"{\"url\":\"http://other.example/ours\",\"valueCode\":\"n\"},"
	"{\"url\":\"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/guided\","
	"\"valueCode\":\"g\"},"
	"{\"url\":\"" OURS "nested\",\"extension\":[{\"url\":\"inner\",\"valueCode\":\"i\"}]}],"
	"\"payload\":[{\"extension\":[{\"url\":\"" OURS "kind\",\"valueCode\":\"feared\"}],"
	"\"contentString\":\"f\"},{\"extension\":[{\"url\":\"" OURS
	"kind\",\"valueCode\":\"observed\"}],\"contentString\":\"o\"}],\"empty\":null}";

static void what_stands_there(void **state)
{
	static const struct {
		const char *path, *value;
	} cases[] = {{"a.b", "\"x\""},
		     {"a.b.c", NULL},
		     {"a[0]", NULL},
		     {"note[1].text", "\"two\""},
		     {"note[2].text", NULL},
		     {"extension(ours).valueCode", "\"o\""},
		     {"extension(theirs).valueCode", "\"t\""},
		     {"extension(nobody's).valueCode", NULL},
		     {"extension(guided).valueCode", "\"g\""},
		     {"extension(nested).extension(inner).valueCode", "\"i\""},
		     {"payload(kind:observed).contentString", "\"o\""},
		     {"payload(kind:guessed).contentString", NULL},
		     {"empty", NULL}};
	json_t *resource = resource_of(text);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const json_t *found = fhir_path_get(resource, cases[i].path);

		if (cases[i].value == NULL)
			assert_null(found);
		else
			assert_is(found, cases[i].value);
	}
	json_decref(resource);
}

static void what_is_taken_off(void **state)
{
	static const char *const paths[] = {"a.b",
					    "note[0].text",
					    "note[1].text",
					    "extension(ours).valueCode",
					    "extension(theirs).valueCode",
					    "extension(nested).extension(inner).valueCode",
					    "payload(kind:observed).contentString",
					    "nothing.at.all"};
	json_t *resource = resource_of(text);

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		fhir_path_take(resource, paths[i]);
	assert_null(json_object_get(resource, "a"));
	assert_null(json_object_get(resource, "note"));
	/* elements keep their places, so that what is left is named as it was sent */
	fhir_path_take(resource, "payload(kind:feared).contentString");
	assert_string_equal(fhir_path_left(arena, resource), "extension[2].valueCode");
	json_object_del(resource, "extension");
	assert_null(fhir_path_left(arena, resource));
	json_decref(resource);
}

/* An address is something said, but of an extension without a value. */
static void what_only_has_an_address(void **state)
{
	static const struct {
		const char *resource, *left;
	} cases[] = {{"{\"payload\":[{\"contentAttachment\":{\"url\":\"u\"}}]}",
		      "payload[0].contentAttachment.url"},
		     {"{\"modifierExtension\":[{\"url\":\"u\"}]}", "modifierExtension[0].url"},
		     {"{\"extension\":[{\"url\":\"u\"}]}", NULL},
		     {"{\"extension\":[{\"url\":\"u\",\"valueAttachment\":{\"url\":\"v\"}}]}",
		      "extension[0].valueAttachment.url"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *resource = resource_of(cases[i].resource);
		const char *left = fhir_path_left(arena, resource);

		assert_string_equal(left == NULL ? "" : left,
				    cases[i].left == NULL ? "" : cases[i].left);
		json_decref(resource);
	}
}

static void how_it_is_named(void **state)
{
	static const struct {
		const char *path, *named;
	} cases[] = {{"restriction.period.end", "restriction.period.end"},
		     {"note[0].text", "note[0].text"},
		     {"extension(ours).valueCode", "extension('" OURS "ours').valueCode"},
		     {"payload(kind:seen).contentString",
		      "payload.where(extension('" OURS "kind').value = 'seen').contentString"},
		     {"location[0].location.contained.name", "location[0].location"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(fhir_path_expression(arena, cases[i].path), cases[i].named);
}

static void what_is_contained(void **state)
{
	json_t *resource = resource_of(
		"{\"contained\":[{\"resourceType\":\"Location\",\"id\":\"w\",\"name\":\"W\"}],"
		"\"location\":[{\"location\":{\"reference\":\"#w\"}}]}");

	(void)state;
	fhir_path_resolve(resource);
	assert_is(resource, "{\"location\":[{\"location\":{\"contained\":{\"name\":\"W\"}}}]}");
	json_decref(resource);

	/* what nothing refers to, and what is not there, is left */
	resource = resource_of("{\"contained\":[{\"id\":\"w\"}],\"at\":{\"reference\":\"#v\"}}");
	fhir_path_resolve(resource);
	assert_is(resource, "{\"contained\":[{\"id\":\"w\"}],\"at\":{\"reference\":\"#v\"}}");
	json_decref(resource);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_there), cmocka_unit_test(what_is_taken_off),
		cmocka_unit_test(what_only_has_an_address), cmocka_unit_test(how_it_is_named),
		cmocka_unit_test(what_is_contained)};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
