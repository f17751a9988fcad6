/* api/fhir_bundle: Bundles of requests, their order and what they refer to. */
#include "fhir_fixture.h"

#include "api/fhir_bundle.h"

#define ENTRY(urn, refers)                                                                         \
	"{\"fullUrl\":\"urn:uuid:" urn "\",\"resource\":{\"resourceType\":\"Task\",\"for\":{"      \
	"\"reference\":\"" refers "\"}},\"request\":{\"method\":\"POST\",\"url\":\"Task\"}}"
#define GET_ENTRY "{\"request\":{\"method\":\"GET\",\"url\":\"https://x.example/fhir/r4/Task/1\"}}"
#define PUT_ENTRY(id) "{\"resource\":{},\"request\":{\"method\":\"PUT\",\"url\":\"/Task/" id "\"}}"

static json_t *sent;

static struct fhir_bundle *bundle_of(const char *entries)
{
	struct request *r = fhir_fixture_next("POST", "");
	struct fhir_bundle *b = arena_alloc(r->arena, sizeof(*b));

	*b = (struct fhir_bundle){.request = r};
	json_decref(sent);
	sent = json_loads(arena_printf(r->arena, "{\"entry\":[%s]}", entries), 0, NULL);
	assert_non_null(sent);
	return b;
}

static void assert_order(const char *entries, const char *expected)
{
	struct fhir_bundle *b = bundle_of(entries);
	size_t order[FHIR_ENTRIES_MAX];
	const char *text = "";

	assert_true(fhir_bundle_read(b, sent));
	if (fhir_bundle_order(b, order))
		for (size_t i = 0; i < b->count; i++)
			text = arena_printf(b->request->arena, "%s%zu", text, order[i]);
	assert_string_equal(text, expected);
}

static void made_changed_read(void **state)
{
	(void)state;
	assert_order("", "");
	assert_order(GET_ENTRY "," PUT_ENTRY("a") "," ENTRY("1", "Patient/x"), "210");
	/* each after what it refers to */
	assert_order(ENTRY("1", "urn:uuid:2") "," ENTRY("2", "urn:uuid:3") "," ENTRY("3", "x"),
		     "210");
	assert_order(ENTRY("1", "urn:uuid:9") "," ENTRY("2", "urn:uuid:1"), "01");
	/* a circle has no order */
	assert_order(ENTRY("1", "urn:uuid:2") "," ENTRY("2", "urn:uuid:1"), "");
}

static void references_become_addresses(void **state)
{
	struct fhir_bundle *b = bundle_of(ENTRY("1", "urn:uuid:2") "," ENTRY("2", "urn:uuid:9"));
	const json_t *first, *second;

	(void)state;
	assert_true(fhir_bundle_read(b, sent));
	fhir_bundle_link(b, 0);
	fhir_bundle_link(b, 1);
	first = json_object_get(json_array_get(b->entries, 0), "resource");
	second = json_object_get(json_array_get(b->entries, 1), "resource");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(first, "for"), "reference")),
		arena_printf(b->request->arena, "Task/%s", b->list[1].id));
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(second, "for"), "reference")),
		"urn:uuid:9");
}

static void addresses_are_below_the_base(void **state)
{
	struct fhir_bundle *b = bundle_of(GET_ENTRY "," PUT_ENTRY("a"));

	(void)state;
	assert_true(fhir_bundle_read(b, sent));
	assert_string_equal(b->list[0].url, "Task/1");
	assert_string_equal(b->list[1].url, "Task/a");
	assert_null(b->list[1].id);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *entries, *where;
	} cases[] = {
		{"{}", "entry[0].request.url"},
		{PUT_ENTRY("a") "," PUT_ENTRY("a"), "entry[1].request.url"},
		{ENTRY("1", "x") "," ENTRY("1", "x"), "entry[1].fullUrl"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fhir_bundle *b = bundle_of(cases[i].entries);

		assert_false(fhir_bundle_read(b, sent));
		assert_string_equal(b->request->faults->list[0].pointer, cases[i].where);
	}
}

static int stop(void **state)
{
	json_decref(sent);
	return fhir_fixture_stop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_changed_read), cmocka_unit_test(references_become_addresses),
		cmocka_unit_test(addresses_are_below_the_base), cmocka_unit_test(what_is_refused)};

	return cmocka_run_group_tests(tests, fhir_fixture_start, stop);
}
