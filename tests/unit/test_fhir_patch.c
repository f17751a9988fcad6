/* api/fhir_patch: a patch as the body of a request, and in a Bundle's entry. */
#include "fhir_fixture.h"

#include "api/fhir_patch.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

/* What the patch makes of a task: its description; or in angle brackets status and body. */
static const char *made_by(const char *patch)
{
	struct request *r = fhir_fixture_next("PATCH", "/Task/" UUID);
	json_t *task = json_pack("{s:s, s:s, s:s}", "resourceType", "Task", "id", UUID,
				 "description", "d");
	const json_t *made;
	const char *out;

	r->json = json_loads(patch, 0, NULL);
	assert_non_null(r->json);
	made = fhir_patch(r, task);
	out = made == NULL ? arena_printf(r->arena, "<%d> %s", r->reply.status, r->reply.body)
			   : arena_dup(r->arena,
				       json_string_value(json_object_get(made, "description")));
	json_decref(r->json);
	json_decref(task);
	return out;
}

static void assert_refused(const char *patch, int status, const char *expression)
{
	const char *told = made_by(patch);

	assert_int_equal(strtol(told + 1, NULL, 10), status);
	assert_non_null(strstr(told, expression));
}

static void it_is_applied(void **state)
{
	(void)state;
	assert_string_equal(
		made_by("[{\"op\":\"replace\",\"path\":\"/description\",\"value\":\"e\"}]"), "e");
	assert_string_equal(made_by("[]"), "d");
}

static void what_is_wrong_is_told_where(void **state)
{
	(void)state;
	assert_refused("[{\"op\":\"test\",\"path\":\"/description\",\"value\":\"e\"}]", 422,
		       "\"Task.description\"");
	assert_refused("[{\"op\":\"remove\",\"path\":\"/note/0\"}]", 422, "\"Task.note[0]\"");
	assert_refused("[{\"op\":\"add\",\"path\":\"/note\"}]", 400, "\"patch[0].value\"");
	assert_refused("[{\"op\":\"replace\",\"path\":\"/id\",\"value\":\"x\"}]", 400,
		       "\"Task.id\"");
	assert_refused("[{\"op\":\"replace\",\"path\":\"\",\"value\":7}]", 400,
		       "\"Task.resourceType\"");
}

static const char *carried(const char *type, const char *content, const char *data)
{
	json_t *binary = json_pack("{s:s, s:s, s:s}", "resourceType", type, "contentType", content,
				   "data", data);
	const char *patch = fhir_patch_carried(service.arena, binary);

	json_decref(binary);
	return patch;
}

static void a_binary_carries_it(void **state)
{
	static const char media[] = "application/json-patch+json";

	(void)state;
	assert_string_equal(carried("Binary", media, "W10="), "[]");
	/* with both letters that base64url has in their place */
	assert_string_equal(carried("Binary", media, "Wz8/Pl0+"), "[\?\?>]>");
	assert_null(carried("Binary", "application/fhir+json", "W10="));
	assert_null(carried("Parameters", media, "W10="));
	assert_null(carried("Binary", media, "%"));
	assert_null(fhir_patch_carried(service.arena, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_applied),
					   cmocka_unit_test(what_is_wrong_is_told_where),
					   cmocka_unit_test(a_binary_carries_it)};

	return cmocka_run_group_tests(tests, fhir_fixture_start, fhir_fixture_stop);
}
