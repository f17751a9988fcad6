/* api/fhir_outcome: problem details in FHIR's words. */
#include "api_fixture.h"

#include "api/fhir_outcome.h"

static struct operation op;

static struct request asked(struct arena *a, const char *type)
{
	struct request r = {.arena = a, .id = "r-1"};

	op.extensions = type == NULL ? NULL : json_pack("{s:{s:s}}", "x-fhir", "type", type);
	r.op = type == NULL ? NULL : &op;
	return r;
}

static const char *text_at(const json_t *outcome, const char *name)
{
	const json_t *issue = json_array_get(json_object_get(outcome, "issue"), 0);
	const json_t *value = json_object_get(issue, name);

	return json_string_value(json_is_array(value) ? json_array_get(value, 0) : value);
}

static void codes_become_issue_types(void **state)
{
	static const struct {
		const char *code, *type;
		int status, after;
	} rows[] = {
		{"missing_token", "login", 401, 401},
		{"not_found", "not-found", 404, 404},
		{"forbidden", "forbidden", 403, 403},
		{"blocked", "suppressed", 403, 403},
		{"version_required", "required", 428, 400},
		{"version_mismatch", "conflict", 412, 412},
		{"invalid_transition", "business-rule", 409, 409},
		{"too_large", "too-long", 413, 413},
		{"unavailable", "transient", 503, 503},
		{"internal", "exception", 500, 500},
		{"invalid_body", "business-rule", 422, 422},
		{"teapot", "processing", 418, 418},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct request r = asked(a, "Task");
		int status = rows[i].status;
		json_t *outcome = fhir_outcome(
			&r, json_pack("{s:s, s:s}", "code", rows[i].code, "title", "Title"),
			&status);

		assert_int_equal(status, rows[i].after);
		assert_string_equal(text_at(outcome, "code"), rows[i].type);
		assert_string_equal(text_at(outcome, "diagnostics"), "request r-1");
		json_decref(outcome);
		json_decref((json_t *)(uintptr_t)op.extensions);
		arena_free(a);
	}
}

static void faults_become_issues(void **state)
{
	static const struct {
		const char *problem, *pointer, *fault, *type, *expression;
		int after;
	} rows[] = {
		{"invalid_body", "/payload/0/contentString", "required", "required",
		 "Task.payload[0].contentString", 400},
		{"invalid_body", "/status", "enum", "code-invalid", "Task.status", 400},
		{"invalid_body", "/note", "additional_properties", "not-supported", "Task.note",
		 422},
		{"invalid_body", "", "type", "value", "Task", 400},
		{"invalid_value", "/end", "range", "value", "Task.end", 422},
		{"invalid_parameter", "/query/date", "format", "value", "date", 400},
		{"invalid_parameter", "/query", "unknown_parameter", "not-supported", "Task.query",
		 400},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct request r = asked(a, "Task");
		int status = 422;
		json_t *outcome = fhir_outcome(
			&r,
			json_pack("{s:s, s:s, s:[{s:s, s:s, s:s}]}", "code", rows[i].problem,
				  "title", "Title", "errors", "pointer", rows[i].pointer, "code",
				  rows[i].fault, "detail", "is wrong"),
			&status);

		assert_int_equal(status, rows[i].after);
		assert_string_equal(text_at(outcome, "code"), rows[i].type);
		assert_string_equal(text_at(outcome, "expression"), rows[i].expression);
		json_decref(outcome);
		json_decref((json_t *)(uintptr_t)op.extensions);
		arena_free(a);
	}
}

static void a_path_that_is_nowhere_is_no_type_of_ours(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct request r = asked(a, NULL);
	int status = 404;
	json_t *outcome = fhir_outcome(
		&r, json_pack("{s:s, s:s}", "code", "not_found", "title", "Not found"), &status);

	(void)state;
	assert_string_equal(text_at(outcome, "code"), "not-supported");
	json_decref(outcome);
	arena_free(a);
}

static void what_is_allowed_is_said(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct request r = asked(a, "Task");
	int status = 409;
	json_t *outcome =
		fhir_outcome(&r,
			     json_pack("{s:s, s:s, s:s, s:[s, s]}", "code", "invalid_transition",
				       "title", "No", "detail", "it is done", "allowed", "a", "b"),
			     &status);
	const json_t *issue = json_array_get(json_object_get(outcome, "issue"), 0);

	(void)state;
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(issue, "details"), "text")),
		"No: it is done - allowed: a, b");
	json_decref(outcome);
	json_decref((json_t *)(uintptr_t)op.extensions);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_become_issue_types),
		cmocka_unit_test(faults_become_issues),
		cmocka_unit_test(a_path_that_is_nowhere_is_no_type_of_ours),
		cmocka_unit_test(what_is_allowed_is_said),
	};

	return cmocka_run_group_tests_name("fhir_outcome", tests, NULL, NULL);
}
