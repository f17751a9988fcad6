/* api/bind: every name that a statement may use has the value that it stands for. */
#include "api_fixture.h"

#include "api/bind.h"
#include "api/room.h"
#include "base/config.h"

static const char names_sql[] =
	":path.id :query.q :query.limit :body :auth.role :auth.agency_id :auth.purpose :gate.cell "
	":gate.write :gate.patient_id :new.id :header.if_match :header.if_none_match "
	":idempotency.key :request.caller :request.id :request.operation :request.resource_id "
	":machine.refusal :machine.to :token.seal :request.trace_id";

static const struct statement *all_names;

static int start(void **state)
{
	config.json_depth = 32;
	fixture_start(state);
	all_names = statement_define(service.arena, "allNames", names_sql);
	assert_non_null(all_names);
	assert_null(bind_prepare(service.arena));
	return 0;
}

/* The value bound to a name, or NULL. */
static const char *bound(const struct binding *b, const char *name)
{
	const char *const *values = bind_values(b, all_names);

	for (size_t i = 0; i < all_names->parameter_count; i++)
		if (strcmp(all_names->parameters[i], name) == 0)
			return values[i];
	fail_msg("'%s' is not in the statement", name);
	return NULL;
}

static void knows_names(void **state)
{
	static const char *const known[] = {"path.anything", "query.x",	      "body",
					    "auth.role",     "gate.cell",     "header.if_match",
					    "new.id",	     "token.subject", "request.trace_id"};
	static const char *const unknown[] = {"",	  "auth",  "auth.x",	  "path",
					      "header.x", "bodyx", "auth.scopes", "request",
					      "Auth.role"};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(bind_known(known[i]));
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_false(bind_known(unknown[i]));
}

static void binds_an_anonymous_request(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things?q=x");
	const struct binding b = {.request = r};

	(void)state;
	assert_true(route(r));
	assert_true(validate(r));
	assert_string_equal(bound(&b, "query.q"), "x");
	assert_null(bound(&b, "query.limit"));
	assert_null(bound(&b, "path.id"));
	assert_null(bound(&b, "auth.role"));
	assert_null(bound(&b, "request.caller"));
	assert_null(bound(&b, "body"));
	assert_null(bound(&b, "header.if_match"));
	assert_null(bound(&b, "idempotency.key"));
	assert_string_equal(bound(&b, "gate.write"), "false");
	assert_string_equal(bound(&b, "request.operation"), "listThings");
	assert_string_equal(bound(&b, "request.id"), r->id);
	fixture_end(r);
}

static void binds_caller_path_and_body(void **state)
{
	struct principal p = {.role = "MH", .agency_id = "a1", .purpose = "COC"};
	struct request *r = fixture_request("PATCH", "/api/v1/things/t1");
	struct binding b = {.request = r,
			    .machine_to = "OPEN",
			    .machine_refusal = "too_early",
			    .token_seal = "s"};

	(void)state;
	fixture_header(r, "If-Match", "\"7-ab\"");
	fixture_header(r, "If-None-Match", "\"x\"");
	fixture_header(r, "Idempotency-Key", "k");
	fixture_body(r, "application/json", "{}");
	assert_true(route(r));
	r->principal = &p;
	r->purpose = "TREAT";
	r->body_text = "{}";
	r->access.cell = "W";
	assert_string_equal(bound(&b, "path.id"), "t1");
	assert_string_equal(bound(&b, "request.resource_id"), "t1");
	assert_string_equal(bound(&b, "auth.role"), "MH");
	assert_string_equal(bound(&b, "auth.agency_id"), "a1");
	/* of the request, not of the token that is cached */
	assert_string_equal(bound(&b, "auth.purpose"), "TREAT");
	assert_string_equal(bound(&b, "body"), "{}");
	assert_string_equal(bound(&b, "gate.cell"), "W");
	assert_string_equal(bound(&b, "gate.write"), "true");
	assert_string_equal(bound(&b, "header.if_match"), "7");
	/* only a read can be "not modified" */
	assert_null(bound(&b, "header.if_none_match"));
	assert_string_equal(bound(&b, "idempotency.key"), "k");
	assert_string_equal(bound(&b, "machine.to"), "OPEN");
	assert_string_equal(bound(&b, "machine.refusal"), "too_early");
	assert_string_equal(bound(&b, "token.seal"), "s");
	b.path_id = "other";
	b.patient_id = "p1";
	assert_string_equal(bound(&b, "path.id"), "other");
	assert_string_equal(bound(&b, "request.resource_id"), "other");
	assert_string_equal(bound(&b, "gate.patient_id"), "p1");
	r->principal = NULL;
	fixture_end(r);
}

static void the_log_is_about_what_a_post_makes(void **state)
{
	struct request *r = fixture_request("POST", "/api/v1/things");
	const struct binding b = {.request = r};

	(void)state;
	fixture_body(r, "application/json", "{\"name\":\"x\"}");
	assert_true(route(r));
	assert_true(validate(r));
	assert_string_equal(bound(&b, "request.resource_id"), r->new_id);
	assert_string_equal(bound(&b, "new.id"), r->new_id);
	fixture_end(r);
}

static void reads_the_version_of_if_match(void **state)
{
	static const char *const rows[][2] = {
		{NULL, NULL},
		{"\"3-5f1d7a90c2\"", "3"},
		{"\"3\"", "3"},
		{"\"0-ab\"", "0"},
		{"\"123456789-a\"", "123456789"},
		{" \"3-a\" ", "3"},
		/* of several, the first */
		{"\"3-a\", \"4-b\"", "3"},
		/* none of ours: compared strongly, so nothing matches */
		{"", "-1"},
		{"*", "-1"},
		{"3", "-1"},
		{"W/\"3-a\"", "-1"},
		{"\"\"", "-1"},
		{"\"-\"", "-1"},
		{"\"-3\"", "-1"},
		{"\"3", "-1"},
		{"\"3x\"", "-1"},
		{"\"3 \"", "-1"},
		{"\"1234567890-a\"", "-1"},
		{"\"3-a", "-1"},
		{"\"3-a'; drop\"", "-1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("PATCH", "/api/v1/things/t1");

		if (rows[i][0] != NULL)
			fixture_header(r, "If-Match", rows[i][0]);

		const char *version = bind_version(r);

		if (rows[i][1] == NULL)
			assert_null(version);
		else if (strcmp(version, rows[i][1]) != 0)
			fail_msg("If-Match: %s gives %s", rows[i][0], version);
		fixture_end(r);
	}
}

/* Last: it leaves a statement behind that cannot be bound. */
static void refuses_to_start_with_an_unknown_name(void **state)
{
	(void)state;
	assert_non_null(statement_define(service.arena, "bad", "select :auth.shoe_size"));
	assert_string_equal(bind_prepare(service.arena),
			    "statement 'bad' uses unknown ':auth.shoe_size'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_names),
		cmocka_unit_test(binds_an_anonymous_request),
		cmocka_unit_test(binds_caller_path_and_body),
		cmocka_unit_test(the_log_is_about_what_a_post_makes),
		cmocka_unit_test(reads_the_version_of_if_match),
		cmocka_unit_test(refuses_to_start_with_an_unknown_name),
	};

	return cmocka_run_group_tests_name("bind", tests, start, fixture_stop);
}
