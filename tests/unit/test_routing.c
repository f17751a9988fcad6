/* api/routing: which operation a request means, and the answers that need no more than that. */
#include "api_fixture.h"

#include "api/room.h"

static void finds_the_operation(void **state)
{
	static const struct {
		const char *method, *target, *id; /* id NULL: no operation, but `status` */
		int status;
	} rows[] = {
		{"GET", "/api/v1/things", "listThings", 0},
		{"GET", "/api/v1/things?x=1", "listThings", 0},
		{"HEAD", "/api/v1/things", "listThings", 0},
		{"POST", "/api/v1/things", "createThing", 0},
		{"DELETE", "/api/v1/things/1", "deleteThing", 0},
		{"GET", "/api/v1/thing%73", "listThings", 0},
		{"PUT", "/api/v1/things", NULL, 405},
		{"HEAD", "/api/v1/public/things", NULL, 405},
		{"get", "/api/v1/things", NULL, 405},
		{"TRACE", "/api/v1/things", NULL, 405},
		{"BREW", "/api/v1/things", NULL, 405},
		{"", "/api/v1/things", NULL, 405},
		{"OPTIONS", "/api/v1/things", NULL, 204},
		{"GET", "/api/v1/thing", NULL, 404},
		{"GET", "/api/v1/THINGS", NULL, 404},
		{"GET", "/things", NULL, 404},
		{"GET", "/api/v1", NULL, 404},
		{"GET", "/api/v1/things/1/2", NULL, 404},
		{"GET", "/", NULL, 404},
		{"OPTIONS", "/nowhere", NULL, 404},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(rows[i].method, rows[i].target);

		assert_int_equal(route(r), rows[i].id != NULL);
		if (rows[i].id != NULL)
			assert_string_equal(r->op->id, rows[i].id);
		assert_int_equal(r->reply.status, rows[i].status);
		assert_int_equal(r->head,
				 strcmp(rows[i].method, "HEAD") == 0 && rows[i].status != 404);
		fixture_end(r);
	}
}

static void says_what_is_allowed(void **state)
{
	static const char *const rows[][3] = {
		{"OPTIONS", "/api/v1/things", "OPTIONS, GET, HEAD, POST"},
		{"PUT", "/api/v1/things", "OPTIONS, GET, HEAD, POST"},
		{"POST", "/api/v1/things/1", "OPTIONS, GET, HEAD, PATCH, DELETE"},
		{"GET", "/api/v1/public/things", "OPTIONS, POST"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(rows[i][0], rows[i][1]);

		assert_false(route(r));
		assert_string_equal(fixture_reply(r, "Allow"), rows[i][2]);
		fixture_end(r);
	}
}

static void says_where_to_look(void **state)
{
	static const char *const rows[][2] = {{"/", "/docs"},
					      {"/fhir/r4/Basic", "/fhir/r4/metadata"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", rows[i][0]);

		assert_false(route(r));
		assert_int_equal(r->reply.status, 404);
		assert_non_null(strstr(r->reply.body, rows[i][1]));
		fixture_end(r);
	}
}

static void keeps_path_parameters(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things/a%20b");

	(void)state;
	assert_true(route(r));
	assert_string_equal(request_parameter(r, IN_PATH, "id"), "a b");
	assert_null(request_parameter(r, IN_QUERY, "id"));
	fixture_end(r);
}

static void refuses_media(void **state)
{
	static const struct {
		const char *method, *target, *type, *body, *accept;
		int status;
	} rows[] = {
		{"POST", "/api/v1/things", "application/json", "{}", NULL, 0},
		{"POST", "/api/v1/things", "application/json;charset=utf-8", "{}", "*/*", 0},
		{"POST", "/api/v1/things", "text/plain", "{}", NULL, 415},
		{"POST", "/api/v1/things", NULL, "{}", NULL, 415},
		{"POST", "/api/v1/things", "text/plain", NULL, NULL, 0},
		{"PATCH", "/api/v1/things/1", "application/merge-patch+json", "{}", NULL, 0},
		{"PATCH", "/api/v1/things/1", "application/json-patch+json", "{}", NULL, 415},
		{"GET", "/api/v1/things", "application/json", "{}", NULL, 415},
		{"DELETE", "/api/v1/things/1", "application/json", "{}", NULL, 415},
		{"DELETE", "/api/v1/things/1", NULL, NULL, "application/json", 0},
		{"GET", "/api/v1/things", NULL, NULL, "text/html", 406},
		{"GET", "/api/v1/things", NULL, NULL, "application/problem+json", 406},
		{"GET", "/api/v1/things", NULL, NULL, "application/json;q=0.0", 406},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(rows[i].method, rows[i].target);

		if (rows[i].type != NULL)
			fixture_header(r, "content-type", rows[i].type);
		if (rows[i].accept != NULL)
			fixture_header(r, "accept", rows[i].accept);
		r->in.body = rows[i].body;
		r->in.body_size = rows[i].body == NULL ? 0 : strlen(rows[i].body);
		assert_int_equal(route(r), rows[i].status == 0);
		assert_int_equal(r->reply.status, rows[i].status);
		fixture_end(r);
	}
}

static void says_which_media(void **state)
{
	struct request *r = fixture_request("PATCH", "/api/v1/things/1");

	(void)state;
	fixture_body(r, "text/plain", "{}");
	assert_false(route(r));
	assert_string_equal(fixture_reply(r, "Accept-Patch"),
			    "application/merge-patch+json, application/json");
	assert_string_equal(fixture_member(r, "code"), "unsupported_media");
	fixture_end(r);
}

static void accept_may_stand_in_two_lines(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");

	(void)state;
	fixture_header(r, "Accept", "text/html");
	fixture_header(r, "accept", "application/json");
	assert_true(route(r));
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_operation),
		cmocka_unit_test(says_what_is_allowed),
		cmocka_unit_test(says_where_to_look),
		cmocka_unit_test(keeps_path_parameters),
		cmocka_unit_test(refuses_media),
		cmocka_unit_test(says_which_media),
		cmocka_unit_test(accept_may_stand_in_two_lines),
	};

	return cmocka_run_group_tests_name("routing", tests, fixture_start, fixture_stop);
}
