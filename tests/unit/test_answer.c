/* api/answer: a statement's row becomes status, headers and body. */
#include "api_fixture.h"

#include <libpq-fe.h>

#include "api/answer.h"
#include "api/room.h"
#include "base/config.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

static struct principal caller = {.role = "TL"};
static struct work work;

/* A request that is routed, with work whose one step gave a row of these columns; ends with NULL.
 */
static struct request *answered(const char *method, const char *target, const char *const row[])
{
	struct request *r = fixture_request(method, target);
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc columns[8] = {{0}};
	int count = 0;

	for (; row[2 * count] != NULL; count++)
		columns[count].name = (char *)(uintptr_t)row[2 * count];
	assert_true(route(r));
	PQsetResultAttrs(result, count, columns);
	for (int i = 0; i < count; i++) {
		char *value = (char *)(uintptr_t)row[2 * i + 1];

		PQsetvalue(result, 0, i, value, value == NULL ? -1 : (int)strlen(value));
	}
	arena_adopt(r->arena, (void (*)(void *))PQclear, result);
	work = (struct work){.request = r, .binding = {.request = r}};
	work.round.count = 1;
	work.round.steps[0].result = result;
	r->principal = &caller;
	r->new_id = UUID;
	if (r->op->answer != NULL)
		work.answer_op = contract_operation(service.contract, r->op->answer);
	return r;
}

#define ROW(...) ((const char *const[]){__VA_ARGS__, NULL, NULL})

static void a_read_gives_body_and_etag(void **state)
{
	struct request *r = answered("GET", "/api/v1/things/1",
				     ROW("body", "{\"a\": 1}", "etag", "3", "answer_hash", "ab"));

	(void)state;
	answer_from_round(&work);
	assert_int_equal(r->reply.status, 200);
	assert_string_equal(r->reply.content_type, "application/json");
	assert_string_equal(r->reply.body, "{\"a\": 1}");
	assert_int_equal(r->reply.body_size, 8);
	assert_string_equal(fixture_reply(r, "ETag"), "\"3-ab\"");
	fixture_end(r);
}

static void a_read_may_be_not_modified(void **state)
{
	struct request *r = answered("GET", "/api/v1/things/1",
				     ROW("body", "{}", "answer_hash", "ab", "not_modified", "yes"));

	(void)state;
	answer_from_round(&work);
	assert_int_equal(r->reply.status, 304);
	assert_null(r->reply.body);
	assert_string_equal(fixture_reply(r, "ETag"), "\"0-ab\"");
	fixture_end(r);
}

static void a_list_is_wrapped(void **state)
{
	static const struct {
		const char *target, *items, *next, *total, *body, *link;
	} rows[] = {
		{"/api/v1/things", "[1, 2]", NULL, NULL,
		 "{\"items\":[1, 2],\"links\":{\"self\":\"/api/v1/things\"}}", NULL},
		{"/api/v1/things", NULL, NULL, NULL,
		 "{\"items\":[],\"links\":{\"self\":\"/api/v1/things\"}}", NULL},
		{"/api/v1/things?limit=2", "[1]", "c1", NULL,
		 "{\"items\":[1],\"links\":{\"self\":\"/api/v1/things?limit=2\",\"next\":"
		 "\"/api/v1/things?limit=2&cursor=c1\"}}",
		 "</api/v1/things?limit=2&cursor=c1>; rel=\"next\""},
		{"/api/v1/things?cursor=c0", "[1]", NULL, "7",
		 "{\"items\":[1],\"links\":{\"self\":\"/api/v1/things?cursor=c0\"},\"total\":7}",
		 NULL},
		{"/api/v1/things", "[1]", "c", "7",
		 "{\"items\":[1],\"links\":{\"self\":\"/api/v1/things\",\"next\":"
		 "\"/api/v1/things?cursor=c\"},\"total\":7}",
		 "</api/v1/things?cursor=c>; rel=\"next\""},
		{"/api/v1/things?q=\"}>", "[]", NULL, NULL,
		 "{\"items\":[],\"links\":{\"self\":\"/api/v1/things?q=%22%7D%3E\"}}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = answered(
			"GET", rows[i].target,
			ROW("body", rows[i].items, "next", rows[i].next, "total", rows[i].total));

		answer_from_round(&work);
		assert_string_equal(r->reply.body, rows[i].body);
		fixture_json(r);
		if (rows[i].link == NULL)
			assert_null(fixture_reply(r, "Link"));
		else
			assert_string_equal(fixture_reply(r, "Link"), rows[i].link);
		fixture_end(r);
	}
}

static void a_create_says_where(void **state)
{
	struct request *r = answered("POST", "/api/v1/things", ROW("body", "{}"));

	(void)state;
	answer_from_round(&work);
	assert_int_equal(r->reply.status, 201);
	assert_string_equal(fixture_reply(r, "Location"), "/api/v1/things/" UUID);
	fixture_end(r);
	r = answered("POST", "/api/v1/things", ROW("body", "{}", "location", "/x/{id}/y"));
	answer_from_round(&work);
	assert_string_equal(fixture_reply(r, "Location"), "/x/" UUID "/y");
	fixture_end(r);
	r = answered("POST", "/api/v1/things", ROW("body", "{}", "location", "/x/{other}"));
	answer_from_round(&work);
	assert_null(fixture_reply(r, "Location"));
	fixture_end(r);
}

static void the_statement_may_choose_the_status(void **state)
{
	struct request *r = answered("POST", "/api/v1/things", ROW("body", "{}", "status", "202"));

	(void)state;
	answer_from_round(&work);
	assert_int_equal(r->reply.status, 202);
	assert_null(fixture_reply(r, "Location"));
	fixture_end(r);
}

static void without_a_body_it_is_204(void **state)
{
	struct request *r = answered("DELETE", "/api/v1/things/1", ROW("body", NULL));

	(void)state;
	answer_from_round(&work);
	assert_int_equal(r->reply.status, 204);
	assert_null(r->reply.body);
	fixture_end(r);
}

static void minimal_leaves_the_body_out(void **state)
{
	static const struct {
		const char *method, *target, *prefer;
		bool minimal, applied;
	} rows[] = {
		{"POST", "/api/v1/things", "return=minimal", true, true},
		{"POST", "/api/v1/things", "return=representation", false, true},
		{"POST", "/api/v1/things", "return=minimalist", false, false},
		{"GET", "/api/v1/things/1", "return=minimal", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = answered(rows[i].method, rows[i].target,
					     ROW("body", "{}", "etag", "1", "answer_hash", "a"));

		fixture_header(r, "Prefer", rows[i].prefer);
		answer_from_round(&work);
		assert_int_equal(r->reply.body == NULL, rows[i].minimal);
		assert_int_equal(fixture_reply(r, "Preference-Applied") != NULL, rows[i].applied);
		assert_string_equal(fixture_reply(r, "ETag"), "\"1-a\"");
		fixture_end(r);
	}
}

static void actions_are_added(void **state)
{
	static const struct {
		const char *body, *state, *facts, *out;
	} rows[] = {
		{"{\"a\": {\"b\": 1}}", "SHUT", "{owner}",
		 "{\"a\": {\"b\": 1},\"actions\":[\"open\",\"remove\"]}"},
		{"{\"a\": \"}\"} ", "GONE", "{}", "{\"a\": \"}\",\"actions\":[]}"},
		{"{\"a\": 1}", NULL, NULL, "{\"a\": 1}"},
		{"[]", "SHUT", NULL, "[]"},
		{"{}", "GONE", NULL, "{\"actions\":[]}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = answered(
			"GET", "/api/v1/doors/1",
			ROW("body", rows[i].body, "state", rows[i].state, "facts", rows[i].facts));

		answer_from_round(&work);
		assert_string_equal(r->reply.body, rows[i].out);
		fixture_end(r);
	}
}

static void a_page_is_sent_as_it_was_written(void **state)
{
	static const struct {
		const char *accept, *type, *hash, *policy;
	} rows[] = {
		{NULL, "text/html", "abc=", "style-src 'sha256-abc=';"},
		{"text/html,*/*;q=0.1", "text/html", NULL, "style-src 'none';"},
		{"application/json", "application/json", "abc=", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r =
			answered("GET", "/api/v1/pages",
				 ROW("body", "<p>\"open:x\" }", "style_hash", rows[i].hash));

		if (rows[i].accept != NULL)
			fixture_header(r, "Accept", rows[i].accept);
		answer_from_round(&work);
		assert_int_equal(r->reply.status, 200);
		assert_string_equal(r->reply.content_type, rows[i].type);

		const char *policy = fixture_reply(r, "Content-Security-Policy");

		if (rows[i].policy == NULL) {
			assert_null(policy);
		} else {
			assert_string_equal(r->reply.body, "<p>\"open:x\" }");
			assert_non_null(strstr(policy, "default-src 'none';"));
			assert_non_null(strstr(policy, rows[i].policy));
		}
		fixture_end(r);
	}
}

static void seals_are_opened_on_the_way_out(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *seal = seal_make(service.seals, a, "01819012365");
	const char *body = arena_printf(a, "[\"open:%s\", \"mask:%s\"]", seal, seal);
	struct request *r = answered("GET", "/api/v1/things", ROW("body", body));

	(void)state;
	answer_from_round(&work);
	assert_non_null(strstr(r->reply.body, "[\"01819012365\", \"018190*****\"]"));
	fixture_end(r);
	arena_free(a);
}

static void test_mode_refuses_what_does_not_fit(void **state)
{
	static const struct {
		const char *body;
		int status, after;
	} rows[] = {
		{"{}", 200, 200},
		{"[]", 200, 500},
		{"{", 200, 500},
		{"{}", 202, 500},
	};

	(void)state;
	config.check_replies = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = answered("GET", "/api/v1/things/1", ROW("body", rows[i].body));

		answer_from_round(&work);
		r->reply.status = rows[i].status;
		answer_check(r);
		assert_int_equal(r->reply.status, rows[i].after);
		fixture_end(r);
	}
	config.check_replies = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_read_gives_body_and_etag),
		cmocka_unit_test(a_read_may_be_not_modified),
		cmocka_unit_test(a_list_is_wrapped),
		cmocka_unit_test(a_create_says_where),
		cmocka_unit_test(the_statement_may_choose_the_status),
		cmocka_unit_test(without_a_body_it_is_204),
		cmocka_unit_test(minimal_leaves_the_body_out),
		cmocka_unit_test(actions_are_added),
		cmocka_unit_test(a_page_is_sent_as_it_was_written),
		cmocka_unit_test(seals_are_opened_on_the_way_out),
		cmocka_unit_test(test_mode_refuses_what_does_not_fit),
	};

	return cmocka_run_group_tests_name("answer", tests, fixture_start, fixture_stop);
}
