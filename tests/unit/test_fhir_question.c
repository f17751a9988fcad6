/* api/fhir_question: all that a search asks, in one piece of JSON. */
#include "fhir_fixture.h"

#include "api/fhir_question.h"
#include "api/fhir_search.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

static json_t *asked(struct request *r)
{
	json_t *json;

	fhir_search_read(r);
	assert_int_equal(r->faults->count, 0);
	json = json_loads(fhir_question(r), 0, NULL);
	assert_non_null(json);
	return json;
}

static void the_person_and_the_page_are_text(void **state)
{
	struct request *r = fhir_fixture_request("GET", "/Encounter?subject=Patient/" UUID
							"&_count=7&_total=accurate");
	json_t *json = asked(r);
	const char *type, *base, *patient, *count, *total;

	(void)state;
	assert_int_equal(json_unpack(json, "{s:s, s:s, s:s, s:s, s:s}", "type", &type, "base",
				     &base, "patient", &patient, "_count", &count, "_total",
				     &total),
			 0);
	assert_string_equal(type, "Encounter");
	assert_string_equal(base, "https://x.example/fhir/r4");
	assert_string_equal(patient, UUID);
	assert_string_equal(count, "7");
	assert_string_equal(total, "accurate");
	assert_int_equal(json_object_size(json_object_get(json, "where")), 0);
	json_decref(json);
	fixture_end(r);
}

static void a_parameter_says_where_it_looks(void **state)
{
	struct request *r = fhir_fixture_request("GET", "/Encounter?_id=" UUID
							"&episode-of-care=" UUID "&class:not=IMP");
	json_t *json = asked(r), *where = json_object_get(json, "where");
	json_t *episode = json_object_get(where, "episode_of_care");
	const char *kind, *at, *modifier;

	(void)state;
	assert_int_equal(json_unpack(episode, "{s:s, s:[s], s:[{s:s}]}", "kind", &kind, "at", &at,
				     "groups", "modifier", &modifier),
			 0);
	assert_string_equal(kind, "reference");
	assert_string_equal(at, "episodeOfCare");
	assert_int_equal(json_unpack(json_object_get(where, "class"), "{s:[{s:s}]}", "groups",
				     "modifier", &modifier),
			 0);
	assert_string_equal(modifier, "not");
	/* ids are looked at where the rows are found */
	assert_null(json_object_get(json_object_get(where, "_id"), "at"));
	json_decref(json);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_person_and_the_page_are_text),
		cmocka_unit_test(a_parameter_says_where_it_looks),
	};

	return cmocka_run_group_tests_name("fhir_question", tests, fhir_fixture_start,
					   fixture_stop);
}
