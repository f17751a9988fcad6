/* api/sealing: numbers leave C as seals, keys and receipts are derived and never guessable. */
#include "api_fixture.h"

#include "api/principal.h"
#include "api/room.h"
#include "api/sealing.h"
#include "base/config.h"

/* synthetic: month + 80 */
#define NUMBER "01819012365"

static int start(void **state)
{
	config.json_depth = 32;
	return fixture_start(state);
}

static struct request *posted(const char *target, const char *body, const char *key)
{
	struct request *r = fixture_request("POST", target);

	fixture_body(r, "application/json", body);
	if (key != NULL)
		fixture_header(r, "Idempotency-Key", key);
	assert_true(route(r));
	if (!validate(r))
		fail_msg("%s", r->reply.body);
	return r;
}

static void a_body_without_numbers_is_passed_as_sent(void **state)
{
	struct request *r = posted("/api/v1/things", "{ \"name\" : \"x\" }", NULL);

	(void)state;
	assert_string_equal(r->body_text, "{ \"name\" : \"x\" }");
	fixture_end(r);
}

static void a_number_becomes_a_seal(void **state)
{
	struct request *r =
		posted("/api/v1/things", "{\"name\":\"x\",\"number\":\"" NUMBER "\"}", NULL);
	json_t *body = json_loads(r->body_text, 0, NULL);
	const char *seal = json_string_value(json_object_get(body, "number"));

	(void)state;
	assert_null(strstr(r->body_text, NUMBER));
	assert_memory_equal(seal, "seal:", 5);
	assert_string_equal(seal_open(service.seals, r->arena, seal, strlen(seal)), NUMBER);
	assert_string_equal(json_string_value(json_object_get(body, "name")), "x");
	json_decref(body);
	fixture_end(r);
}

/* A body with two secrets, the second of `len` bytes. */
static struct request *with_secret(size_t len)
{
	struct request *r = fixture_request("POST", "/api/v1/things");
	char *text = arena_alloc(r->arena, len + 1);

	memset(text, 'x', len);
	fixture_body(r, "application/json",
		     arena_printf(r->arena,
				  "{\"name\":\"x\",\"secrets\":[\"01 8190 12365\",\"%s\"]}", text));
	assert_true(route(r));
	return r;
}

static void a_secret_becomes_a_seal_however_long(void **state)
{
	struct request *r = with_secret(SEAL_TEXT_MAX);

	(void)state;
	assert_true(validate(r));

	json_t *body = json_loads(r->body_text, 0, NULL),
	       *secrets = json_object_get(body, "secrets");
	const json_t *first = json_array_get(secrets, 0), *second = json_array_get(secrets, 1);

	assert_string_equal(seal_open(service.seals, r->arena, json_string_value(first),
				      json_string_length(first)),
			    "01 8190 12365");
	assert_int_equal(strlen(seal_open(service.seals, r->arena, json_string_value(second),
					  json_string_length(second))),
			 SEAL_TEXT_MAX);
	json_decref(body);
	fixture_end(r);
}

static void what_cannot_be_sealed_is_refused(void **state)
{
	struct request *r = with_secret(SEAL_TEXT_MAX + 1);

	(void)state;
	assert_false(validate(r));
	assert_int_equal(r->reply.status, 422);
	assert_non_null(strstr(r->reply.body, "cannot be kept sealed"));
	assert_non_null(strstr(r->reply.body, "\"pointer\":\"/secrets/1\""));
	assert_null(strstr(r->reply.body, "xxxx"));
	assert_null(r->body_text);
	fixture_end(r);
}

static void only_a_post_with_a_key_is_remembered(void **state)
{
	struct request *r = posted("/api/v1/things", "{\"name\":\"x\"}", NULL);

	(void)state;
	assert_null(r->idempotency_scope);
	assert_null(r->receipt);
	fixture_end(r);
	r = posted("/api/v1/things", "{\"name\":\"x\"}", "k1");
	assert_string_equal(r->idempotency_scope, "public createThing");
	assert_int_equal(strlen(r->idempotency_hash), 64);
	fixture_end(r);
}

static void a_key_is_the_callers_for_one_agency(void **state)
{
	struct {
		struct principal who;
		const char *scope;
	} rows[] = {
		{{.issuer_id = "i", .subject = "s", .agency_id = "a", .role = "TL"},
		 "i s a createThing"},
		/* in another role it is the same act */
		{{.issuer_id = "i", .subject = "s", .agency_id = "a", .role = "TM"},
		 "i s a createThing"},
		{{.issuer_id = "i", .subject = "s", .agency_id = "b"}, "i s b createThing"},
		{{.issuer_id = "i", .subject = "s", .citizen = true}, "i s citizen createThing"},
	};
	struct request *r = posted("/api/v1/things", "{\"name\":\"x\"}", "k1");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r->principal = &rows[i].who;
		sealing_idempotency(r);
		assert_string_equal(r->idempotency_scope, rows[i].scope);
	}
	r->principal = NULL;
	fixture_end(r);
}

static void the_hash_follows_path_and_body(void **state)
{
	static const struct {
		const char *target, *body;
		bool same;
	} rows[] = {
		{"/api/v1/public/things", "{\"name\":\"x\"}", true},
		{"/api/v1/public/things", "{\"name\":\"y\"}", false},
		{"/api/v1/public/things", "{\"name\":\"x\"} ", false},
		{"/api/v1/public/thing%73", "{\"name\":\"x\"}", false},
	};
	struct request *first = posted(rows[0].target, rows[0].body, "k1");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = posted(rows[i].target, rows[i].body, "k1");

		assert_int_equal(strcmp(r->idempotency_hash, first->idempotency_hash) == 0,
				 rows[i].same);
		assert_int_equal(strcmp(r->receipt, first->receipt) == 0, rows[i].same);
		fixture_end(r);
	}
	fixture_end(first);
}

static void the_public_gets_a_receipt(void **state)
{
	struct request *one = posted("/api/v1/public/things", "{\"name\":\"x\"}", NULL);
	struct request *two = posted("/api/v1/public/things", "{\"name\":\"x\"}", NULL);
	struct request *other = posted("/api/v1/public/things", "{\"name\":\"x\"}", "k2");

	(void)state;
	assert_int_equal(strlen(one->receipt_hash), 64);
	assert_string_not_equal(one->receipt, two->receipt);
	assert_string_not_equal(one->receipt, other->receipt);
	assert_null(strstr(one->receipt_hash, one->receipt));
	fixture_end(one);
	fixture_end(two);
	fixture_end(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_without_numbers_is_passed_as_sent),
		cmocka_unit_test(a_number_becomes_a_seal),
		cmocka_unit_test(a_secret_becomes_a_seal_however_long),
		cmocka_unit_test(what_cannot_be_sealed_is_refused),
		cmocka_unit_test(only_a_post_with_a_key_is_remembered),
		cmocka_unit_test(a_key_is_the_callers_for_one_agency),
		cmocka_unit_test(the_hash_follows_path_and_body),
		cmocka_unit_test(the_public_gets_a_receipt),
	};

	return cmocka_run_group_tests_name("sealing", tests, start, fixture_stop);
}
