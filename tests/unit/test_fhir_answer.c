/* api/fhir_answer: the text of Bundles. The rest of it answers in tests/api/fhir-rest.test.mjs. */
#include "fhir_fixture.h"

#include "api/fhir_answer.h"
#include "api/fhir_search.h"

#define BASE "https://x.example/fhir/r4/Patient"
#define HEAD                                                                                       \
	"{\"resourceType\":\"Bundle\",\"id\":\"01890000-0000-4000-8000-000000000001\",\"type\":"   \
	"\"searchset\","
#define SELF(query) "\"link\":[{\"relation\":\"self\",\"url\":\"" BASE query "\"}"

static void searchsets(void **state)
{
	static const struct {
		const char *query, *entries, *next, *total, *text;
	} rows[] = {
		{"_id=x", "[{\"a\":1}]", NULL, NULL,
		 HEAD SELF("?_id=x") "],\"entry\":[{\"a\":1}]}"},
		{"_id=x", "[]", NULL, "0", HEAD "\"total\":0," SELF("?_id=x") "]}"},
		{"_id=x", NULL, NULL, NULL, HEAD SELF("?_id=x") "]}"},
		{"_id=x&_page=a", "[1, 2]", "b/c", NULL,
		 HEAD SELF("?_id=x") ",{\"relation\":\"next\",\"url\":\"" BASE
				     "?_id=x&_page=b%2Fc\"}],\"entry\":[1, 2]}"},
		{"_id=x&_summary=count", "[]", "b", "7",
		 HEAD "\"total\":7," SELF("?_id=x&_summary=count") "]}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fhir_fixture_request(
			"GET", arena_printf(service.arena, "/Patient?%s", rows[i].query));

		fhir_search_read(r);
		assert_string_equal(fhir_searchset(r, rows[i].entries, rows[i].next, rows[i].total),
				    rows[i].text);
		fixture_end(r);
	}
}

static void what_was_left_out_is_an_entry(void **state)
{
	struct request *r = fhir_fixture_request("GET", "/Patient?_id=x&y=1");
	const char *text;

	(void)state;
	fixture_header(r, "Prefer", "handling=lenient");
	fhir_search_read(r);
	text = fhir_searchset(r, "[{\"a\":1}]", NULL, NULL);
	assert_non_null(strstr(text, "\"entry\":[{\"a\":1},{\"resource\":{\"resourceType\":"
				     "\"OperationOutcome\",\"issue\":[{\"severity\":\"warning\""));
	assert_non_null(strstr(text, "\"search\":{\"mode\":\"outcome\"}"));
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(searchsets),
		cmocka_unit_test(what_was_left_out_is_an_entry),
	};

	return cmocka_run_group_tests_name("fhir_answer", tests, fhir_fixture_start, fixture_stop);
}
