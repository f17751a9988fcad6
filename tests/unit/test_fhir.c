/* api/fhir: what the FHIR face shares. */
#include "fhir_fixture.h"

#include "api/fhir.h"

static void its_requests_are_known_by_their_path(void **state)
{
	static const struct {
		const char *path;
		bool asked;
	} rows[] = {
		{"/fhir/r4", true},   {"/fhir/r4/Patient/1", true}, {"/fhir/r4/no/such", true},
		{"/fhir/r40", false}, {"/fhir/r5/Patient", false},  {"/api/v1/fhir/r4", false},
		{"/", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", rows[i].path);

		assert_int_equal(fhir_asked(r), rows[i].asked);
		fixture_end(r);
	}
}

static void the_base_is_the_configured_address(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	assert_string_equal(fhir_base(a), "https://x.example/fhir/r4");
	config.base_url = "https://x.example";
	assert_string_equal(fhir_base(a), "https://x.example/fhir/r4");
	config.base_url = "";
	config.port = 8080;
	assert_string_equal(fhir_base(a), "http://127.0.0.1:8080/fhir/r4");
	config.base_url = "https://x.example/";
	arena_free(a);
}

static void the_first_acceptable_media_type_is_sent(void **state)
{
	static const struct {
		const char *query, *accept, *type;
	} rows[] = {
		{"", NULL, "application/fhir+json; charset=utf-8"},
		{"", "application/json", "application/json; charset=utf-8"},
		{"", "text/json", "text/json; charset=utf-8"},
		{"", "text/html", "application/fhir+json; charset=utf-8"},
		{"?_format=json", "application/json", "application/fhir+json; charset=utf-8"},
		{"?_format=application/fhir+json", "text/html",
		 "application/fhir+json; charset=utf-8"},
		{"?_format=application/json", NULL, "application/json; charset=utf-8"},
		{"?_format=", "application/json", "application/json; charset=utf-8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(
			"GET", arena_printf(service.arena, "/fhir/r4/metadata%s", rows[i].query));

		if (rows[i].accept != NULL)
			fixture_header(r, "Accept", rows[i].accept);
		assert_string_equal(fhir_media(r), rows[i].type);
		fixture_end(r);
	}
}

static void operations_say_what_they_are(void **state)
{
	struct request *r = fhir_fixture_request("GET", "/Patient?_id=x");

	(void)state;
	assert_string_equal(fhir_type(r->op), "Patient");
	assert_true(fhir_does(r->op, "search"));
	assert_false(fhir_does(r->op, "read"));
	assert_false(fhir_does(NULL, "read"));
	assert_null(fhir_type(NULL));
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_requests_are_known_by_their_path),
		cmocka_unit_test(the_base_is_the_configured_address),
		cmocka_unit_test(the_first_acceptable_media_type_is_sent),
		cmocka_unit_test(operations_say_what_they_are),
	};

	return cmocka_run_group_tests_name("fhir", tests, fhir_fixture_start, fixture_stop);
}
