/* api/validate: parameters and body of hostile and of honest clients. */
#include "api_fixture.h"

#include "api/room.h"
#include "base/config.h"

static int start(void **state)
{
	config.json_depth = 8;
	return fixture_start(state);
}

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

/* Status of a POST of this body, 0 when it passes; `pointer` of the first fault, or "". */
static int post(const char *body, size_t size, const char **pointer)
{
	static char first[100];
	struct request *r = fixture_request("POST", "/api/v1/things");

	fixture_header(r, "Content-Type", "application/json");
	r->in.body = body;
	r->in.body_size = size;
	assert_true(route(r));

	bool passed = validate(r);
	int status = r->reply.status;

	assert_int_equal(passed, status == 0);
	first[0] = '\0';
	if (!passed) {
		json_t *fault = json_array_get(json_object_get(fixture_json(r), "errors"), 0);
		const char *at = json_string_value(json_object_get(fault, "pointer"));

		snprintf(first, sizeof(first), "%s", at == NULL ? "" : at);
	}
	*pointer = first;
	fixture_end(r);
	return status;
}

static const struct {
	const char *body;
	int status;
	const char *pointer;
} judged[] = {
	{"{\"name\":\"x\"}", 0, ""},
	{" {\"name\":\"\\u00e6\"} ", 0, ""},
	{"", 400, ""},
	{"{", 400, ""},
	{"{\"name\":\"x\"}}", 400, ""},
	{"{\"name\":\"x\"} 1", 400, ""},
	{"{\"name\":\"x\",\"name\":\"y\"}", 400, ""},
	{"{\"name\":\"x\",\"n\\u0061me\":\"y\"}", 400, ""},
	{"{\"name\":\"a\\u0000b\"}", 400, ""},
	{"{\"na\\u0000me\":\"b\"}", 400, ""},
	{"{\"name\":\"\\ud800\"}", 400, ""},
	{"{\"name\":\"\xff\"}", 400, ""},
	{"{\"name\":\"\xed\xa0\x80\"}", 400, ""},
	{"{'name':'x'}", 400, ""},
	{"{\"name\":\"x\",}", 400, ""},
	{"{\"name\":1e999}", 400, ""},
	{"{\"name\":99999999999999999999}", 400, ""},
	{"{\"name\":NaN}", 400, ""},
	{"\xef\xbb\xbf{\"name\":\"x\"}", 400, ""},
	{"null", 422, ""},
	{"[]", 422, ""},
	{"\"x\"", 422, ""},
	{"{}", 422, "/name"},
	{"{\"name\":1}", 422, "/name"},
	{"{\"name\":\"x\",\"other\":1}", 422, "/other"},
	{"{\"name\":\"x\",\"number\":\"12345678901\"}", 422, "/number"},
	{"[[[[[[[[[]]]]]]]]]", 400, ""},
	{"{\"name\":\"x\",\"more\":[{\"a\":[[[[1]]]]}]}", 0, ""},
	{"{\"name\":\"x\",\"more\":[{\"a\":[[[[[[1]]]]]]}]}", 400, ""},
	/* what would be opened as a seal when it is read back */
	{"{\"name\":\"open:seal:e1:h1=00:AA\"}", 422, ""},
	{"{\"name\":\"mask:seal:e1:h1=00:AA\"}", 422, ""},
	{"{\"name\":\"seal:\"}", 422, ""},
	{"{\"name\":\"op\\u0065n:seal:x\"}", 422, ""},
	{"{\"name\":\"x\",\"more\":[{\"a\":[\"open:seal:x\"]}]}", 422, ""},
	{"{\"name\":\"x\",\"more\":[{\"open:seal:x\":1}]}", 422, ""},
	{"{\"name\":\"the seal: here\"}", 0, ""},
	{"{\"name\":\"open:\"}", 0, ""},
};

static void judges_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
		const char *pointer;
		int status = post(judged[i].body, strlen(judged[i].body), &pointer);

		if (status != judged[i].status || strcmp(pointer, judged[i].pointer) != 0)
			fail_msg("%s: %d at '%s'", judged[i].body, status, pointer);
	}
}

static void a_nul_ends_nothing(void **state)
{
	static const char body[] = "{\"name\":\"x\"}\0{";
	const char *pointer;

	(void)state;
	assert_int_equal(post(body, sizeof(body) - 1, &pointer), 400);
}

static void judges_the_rest(void **state)
{
	static const struct {
		const char *method, *target, *if_match;
		int status;
		const char *code;
	} rows[] = {
		{"GET", "/api/v1/things?limit=5", NULL, 0, NULL},
		{"GET", "/api/v1/things?limit=x", NULL, 422, "invalid_parameter"},
		{"GET", "/api/v1/things?limit=%", NULL, 422, "invalid_parameter"},
		{"GET", "/api/v1/things?nonsense=1", NULL, 422, "invalid_parameter"},
		{"GET", "/api/v1/things/" UUID, NULL, 0, NULL},
		{"GET", "/api/v1/things/x", NULL, 404, "not_found"},
		{"GET", "/api/v1/things/x?limit=1", NULL, 404, "not_found"},
		{"PATCH", "/api/v1/things/" UUID, NULL, 428, "version_required"},
		{"PATCH", "/api/v1/things/" UUID, "", 422, "invalid_parameter"},
		{"PATCH", "/api/v1/things/" UUID, "\"3-ab\"", 400, "not_json"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(rows[i].method, rows[i].target);

		if (rows[i].if_match != NULL)
			fixture_header(r, "If-Match", rows[i].if_match);
		assert_true(route(r));
		assert_int_equal(validate(r), rows[i].status == 0);
		assert_int_equal(r->reply.status, rows[i].status);
		if (rows[i].code != NULL)
			assert_string_equal(fixture_member(r, "code"), rows[i].code);
		fixture_end(r);
	}
}

static void all_faults_come_at_once(void **state)
{
	struct request *r = fixture_request("POST", "/api/v1/things");

	(void)state;
	fixture_body(r, "application/json", "{\"number\":\"1\",\"other\":2}");
	assert_true(route(r));
	assert_false(validate(r));
	assert_int_equal(json_array_size(json_object_get(fixture_json(r), "errors")), 3);
	fixture_end(r);
}

static void each_medium_has_its_schema(void **state)
{
	static const struct {
		const char *type;
		bool passes;
	} rows[] = {
		{"application/merge-patch+json", true},
		{"application/merge-patch+json; charset=utf-8", true},
		{"application/json", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("PATCH", "/api/v1/things/" UUID);

		fixture_header(r, "If-Match", "\"1\"");
		fixture_body(r, rows[i].type, "{\"name\":\"x\"}");
		assert_true(route(r));
		assert_int_equal(validate(r), rows[i].passes);
		fixture_end(r);
	}
}

static void a_post_gets_an_id(void **state)
{
	struct request *r = fixture_request("POST", "/api/v1/things");

	(void)state;
	fixture_body(r, "application/json", "{\"name\":\"x\"}");
	assert_true(route(r));
	assert_true(validate(r));
	assert_int_equal(strlen(r->new_id), 36);
	assert_int_equal(r->new_id[14], '7');
	fixture_end(r);
	r = fixture_request("GET", "/api/v1/things");
	assert_true(route(r));
	assert_true(validate(r));
	assert_null(r->new_id);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_bodies),
		cmocka_unit_test(a_nul_ends_nothing),
		cmocka_unit_test(judges_the_rest),
		cmocka_unit_test(all_faults_come_at_once),
		cmocka_unit_test(each_medium_has_its_schema),
		cmocka_unit_test(a_post_gets_an_id),
	};

	return cmocka_run_group_tests_name("validate", tests, start, fixture_stop);
}
