/* api/ops: operations in C are found by their id, and answer JSON. */
#include "api_fixture.h"

#include "api/ops.h"

static void finds_by_id(void **state)
{
	static const char *const known[] = {"getOpenapi",    "listProblems",   "getAccessMatrix",
					    "getHealthLive", "getHealthReady", "getMetrics"};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_string_equal(ops_find(known[i])->id, known[i]);
		assert_non_null(ops_find(known[i])->run);
	}
	assert_null(ops_find(""));
	assert_null(ops_find("getopenapi"));
	assert_null(ops_find("listPatients"));
	/* by how they begin */
	assert_ptr_equal(ops_find("fhirPatchTask")->run, ops_fhir_patch);
	assert_ptr_equal(ops_find("fhirValidateChangedTask")->run, ops_fhir_validate);
	assert_null(ops_find("fhirPatientTask"));
	assert_null(ops_find("getOpenapiTask"));
}

static void answers_json(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	assert_int_equal(ops_json(r, "{\"a\":1}"), ANSWERED);
	assert_int_equal(r->reply.status, 200);
	assert_string_equal(r->reply.content_type, "application/json");
	assert_int_equal(r->reply.body_size, 7);
	assert_int_equal(ops_object(r, json_pack("{s:s}", "a", "\"")), ANSWERED);
	assert_string_equal(r->reply.body, "{\"a\":\"\\\"\"}");
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_id),
		cmocka_unit_test(answers_json),
	};

	return cmocka_run_group_tests_name("ops", tests, NULL, NULL);
}
