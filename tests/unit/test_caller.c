/* api/caller: the log is told who calls, and nothing that does not apply. */
#include "api_fixture.h"

#include "api/caller.h"
#include "api/room.h"

static struct request *called_by(struct principal *p)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	assert_true(route(r));
	strcpy(r->trace_id, "0123456789abcdef0123456789abcdef");
	r->principal = p;
	r->purpose = "TREAT";
	return r;
}

static const char *said(const json_t *caller, const char *name)
{
	return json_string_value(json_object_get(caller, name));
}

static void tells_who_calls(void **state)
{
	struct principal p = {.agency_id = "a",
			      .unit_id = "u",
			      .staff_id = "s",
			      .subject = "mh-1",
			      .name = "Åse",
			      .role = "MH",
			      .hpr_number = "9000001",
			      .attestation = "{\"department\":\"D\"}"};
	struct request *r = called_by(&p);
	json_t *caller = caller_json(r);

	(void)state;
	assert_string_equal(said(caller, "operation"), "listThings");
	assert_string_equal(said(caller, "request_id"), r->id);
	assert_string_equal(said(caller, "trace_id"), r->trace_id);
	assert_string_equal(said(caller, "agency_id"), "a");
	assert_string_equal(said(caller, "unit_id"), "u");
	assert_string_equal(said(caller, "staff_id"), "s");
	assert_string_equal(said(caller, "subject"), "mh-1");
	assert_string_equal(said(caller, "name"), "Åse");
	assert_string_equal(said(caller, "role"), "MH");
	assert_string_equal(said(caller, "hpr_number"), "9000001");
	assert_string_equal(said(caller, "purpose"), "TREAT");
	assert_string_equal(said(json_object_get(caller, "attestation"), "department"), "D");
	assert_null(json_object_get(caller, "citizen_id"));
	json_decref(caller);
	r->principal = NULL;
	fixture_end(r);
}

static void leaves_out_what_does_not_apply(void **state)
{
	struct principal p = {.subject = "pid", .role = "PT", .citizen_id = "c"};
	struct request *r = called_by(&p);

	(void)state;
	assert_string_equal(caller_text(r),
			    "{\"operation\":\"listThings\","
			    "\"request_id\":\"01890000-0000-4000-8000-000000000001\","
			    "\"trace_id\":\"0123456789abcdef0123456789abcdef\","
			    "\"citizen_id\":\"c\",\"subject\":\"pid\",\"role\":\"PT\","
			    "\"purpose\":\"TREAT\"}");
	r->principal = NULL;
	assert_null(caller_text(r));
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_who_calls),
		cmocka_unit_test(leaves_out_what_does_not_apply),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
