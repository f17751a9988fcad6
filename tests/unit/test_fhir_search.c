/* api/fhir_search: a search's parameters become its statement's. */
#include "fhir_fixture.h"

#include "api/fhir_search.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

static struct request *searched(const char *method, const char *target)
{
	struct request *r = fhir_fixture_request(method, target);

	fhir_search_read(r);
	return r;
}

static void parameters_become_groups(void **state)
{
	static const struct {
		const char *query, *name, *value;
	} rows[] = {
		{"_id=" UUID, "_id", "[{\"modifier\":\"\",\"any\":[{\"id\":\"" UUID "\"}]}]"},
		{"_id=Patient/" UUID ",x", "_id",
		 "[{\"modifier\":\"\",\"any\":[{\"id\":\"" UUID "\"},{}]}]"},
		{"_id=x&family=a,b&family:exact=c&birthdate=2026", "family",
		 "[{\"modifier\":\"\",\"any\":[\"a\",\"b\"]},{\"modifier\":\"exact\",\"any\":["
		 "\"c\"]}]"},
		{"_id=x&family=", "family", NULL},
		{"_id=x&_lastUpdated=ge2026", "_lastUpdated",
		 "[{\"modifier\":\"\",\"any\":[{\"prefix\":\"ge\",\"from\":\"2026-01-01\",\"span\":"
		 "\"1 "
		 "year\"}]}]"},
		{"_id=x&_count=5", "_count", "5"},
		{"_id=x&_count=5000", "_count", "200"},
		{"_id=x&_count=0", "_total", "accurate"},
		{"_id=x&_summary=count&_total=none", "_total", "accurate"},
		{"_id=x&_summary=count", "_count", "0"},
		{"organization:Organization=" UUID, "organization",
		 "[{\"modifier\":\"Organization\",\"any\":[{\"id\":\"" UUID
		 "\",\"type\":\"Organization\"}]}]"},
		{"identifier=s|x", "identifier",
		 "[{\"modifier\":\"\",\"any\":[{\"system\":\"s\",\"code\":\"x\"}]}]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r =
			searched("GET", arena_printf(service.arena, "/Patient?%s", rows[i].query));
		const char *value = request_parameter(r, IN_QUERY, rows[i].name);

		assert_int_equal(r->faults->count, 0);
		if (rows[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, rows[i].value);
		fixture_end(r);
	}
}

static void what_is_amiss_is_named(void **state)
{
	static const struct {
		const char *query, *pointer, *code;
	} rows[] = {
		{"", "/query", "too_costly"},
		{"_id=x&nothing=1", "/query", "unknown_parameter"},
		{"_id=x&birthdate=never", "/query/birthdate", "format"},
		{"_id=x&family:not=a", "/query/family", "not_supported"},
		{"_id=x&family:contains=ab", "/query/family", "too_costly"},
		{"_id=x&_count=many", "/query/_count", "type"},
		{"_id=x&_count=1&_count=2", "/query/_count", "repeated"},
		{"_id=x&organization=a/b/c", "/query/organization", "format"},
		{"identifier=15838510075", "/query/identifier", "not_supported"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r =
			searched("GET", arena_printf(service.arena, "/Patient?%s", rows[i].query));

		assert_int_equal(r->faults->count, 1);
		assert_string_equal(r->faults->list[0].pointer, rows[i].pointer);
		assert_string_equal(r->faults->list[0].code, rows[i].code);
		fixture_end(r);
	}
}

static void who_errs_is_told_what_there_is(void **state)
{
	static const char *const rows[][2] = {
		{"/Patient?_id=x&nothing=1", "it has "},
		{"/Patient?_count=1", "say whose, by one of _id, "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = searched("GET", rows[i][0]);

		assert_int_equal(r->faults->count, 1);
		assert_non_null(strstr(r->faults->list[0].detail, rows[i][1]));
		assert_non_null(strstr(r->faults->list[0].detail, "birthdate"));
		fixture_end(r);
	}
}

static void a_number_in_a_form_is_sealed_and_not_linked(void **state)
{
	struct request *r = fixture_request("POST", "/fhir/r4/Patient/_search");

	(void)state;
	fixture_body(r, "application/x-www-form-urlencoded",
		     "identifier=urn:oid:2.16.578.1.12.4.1.4.1|15838510075&_count=3");
	assert_true(route(r));
	assert_true(query_parse(r, r->in.body));
	fhir_search_read(r);
	assert_int_equal(r->faults->count, 0);
	assert_non_null(strstr(request_parameter(r, IN_QUERY, "identifier"), "{\"seal\":\"seal:"));
	assert_null(strstr(request_parameter(r, IN_QUERY, "identifier"), "15838510075"));
	assert_string_equal(r->search->used, "_count=3");
	fixture_end(r);
}

static void lenient_handling_leaves_unknown_ones_out(void **state)
{
	struct request *r =
		fhir_fixture_request("GET", "/Patient?_id=x&nothing=1&family:exact=a%20b");

	(void)state;
	fixture_header(r, "Prefer", "return=minimal, handling=lenient");
	fhir_search_read(r);
	assert_int_equal(r->faults->count, 0);
	assert_int_equal(json_array_size(r->search->ignored), 1);
	assert_string_equal(r->search->used, "_id=x&family:exact=a%20b");
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_become_groups),
		cmocka_unit_test(what_is_amiss_is_named),
		cmocka_unit_test(who_errs_is_told_what_there_is),
		cmocka_unit_test(a_number_in_a_form_is_sealed_and_not_linked),
		cmocka_unit_test(lenient_handling_leaves_unknown_ones_out),
	};

	return cmocka_run_group_tests_name("fhir_search", tests, fhir_fixture_start, fixture_stop);
}
