/* api/fhir_map: resources as bodies of native operations, by the contract's own rules. */
#include "fhir_fixture.h"

#include "api/fhir_map.h"

#define PATIENT "01890a5d-ac96-774b-bcce-b302099a8057"

/* A request to create a resource of the type, with the header given. */
static struct request *request_for(const char *type, const char *prefer)
{
	struct request *r = fhir_fixture_next("POST", arena_printf(service.arena, "/%s", type));

	if (prefer != NULL)
		r->in.headers[r->in.header_count++] = (struct header){"Prefer", prefer};
	return r;
}

/* The native body, or NULL; with the request's faults. */
static char *body_of(struct request *r, struct fhir_map *m, const char *text)
{
	json_t *resource = json_loads(text, 0, NULL), *body;
	char *made;

	assert_non_null(resource);
	*m = (struct fhir_map){.request = r};
	body = fhir_map_choose(m, resource) ? fhir_map_create(m, resource) : NULL;
	made = body == NULL ? NULL : json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(body);
	json_decref(resource);
	return made;
}

static void a_resource_becomes_a_body(void **state)
{
	struct request *r = request_for("Task", NULL);
	struct fhir_map m;
	char *body = body_of(r, &m,
			     "{\"resourceType\":\"Task\",\"id\":\"x\",\"status\":\"requested\","
			     "\"intent\":\"order\",\"description\":\"d\",\"authoredOn\":\"2026\","
			     "\"for\":{\"reference\":\"Patient/" PATIENT "\"}}");

	(void)state;
	assert_string_equal(body, "{\"patient_id\":\"" PATIENT "\",\"title\":\"d\"}");
	free(body);
}

static void what_has_no_place_is_named(void **state)
{
	struct request *r = request_for("Task", NULL);
	struct fhir_map m;

	(void)state;
	assert_null(body_of(r, &m,
			    "{\"resourceType\":\"Task\",\"status\":\"completed\","
			    "\"intent\":\"plan\",\"colour\":{\"of\":[\"red\"]}}"));
	assert_int_equal(r->faults->count, 3);
	assert_string_equal(r->faults->list[0].pointer, "status");
	assert_string_equal(r->faults->list[1].pointer, "intent");
	assert_string_equal(r->faults->list[2].pointer, "colour.of[0]");
}

static void the_lenient_are_told(void **state)
{
	static const char text[] = "{\"status\":\"requested\",\"description\":\"d\",\"colour\":1}";
	struct request *r = request_for("Task", "handling=lenient");
	struct fhir_map m;
	char *body = body_of(r, &m, text);

	(void)state;
	assert_string_equal(body, "{\"title\":\"d\"}");
	assert_string_equal(json_string_value(json_array_get(m.left_out, 0)), "colour");
	free(body);
	r = request_for("Task", "handling=lenient");
	assert_null(body_of(r, &m, "{\"status\":\"requested\",\"modifierExtension\":[{\"a\":1}]}"));
}

static void identifiers_are_kept_apart(void **state)
{
	static const char stay[] =
		"{\"status\":\"planned\",\"class\":{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"IMP\"},"
		"\"identifier\":[{\"system\":\"s\",\"value\":\"v\"}],"
		"\"period\":{\"start\":\"2026-01-02T03:04:05Z\"}}";
	struct request *r = request_for("Encounter", NULL);
	struct fhir_map m;
	char *body = body_of(r, &m, stay);

	(void)state;
	/* the status says which of two members it is */
	assert_string_equal(body, "{\"planned_for\":\"2026-01-02T03:04:05Z\"}");
	assert_int_equal(json_array_size(m.identifiers), 1);
	free(body);
	r = request_for("Encounter", NULL);
	assert_null(body_of(r, &m, "{\"status\":\"planned\",\"class\":{\"code\":\"EMER\"}}"));
	assert_string_equal(r->faults->list[0].pointer, "class.code");
}

static void members_are_found_again(void **state)
{
	struct request *r = request_for("Task", NULL);
	struct fhir_map m = {.request = r};
	json_t *task = json_object();

	(void)state;
	assert_true(fhir_map_choose(&m, task));
	assert_string_equal(fhir_map_path(m.way, "create", "due_at"), "restriction.period.end");
	assert_string_equal(fhir_map_path(m.way, "create", "assignee_staff_id"), "owner");
	assert_null(fhir_map_path(m.way, "create", "reason"));
	assert_string_equal(fhir_map_path(m.way, "cancel", "reason"), "statusReason.text");
	json_decref(task);
}

/* The native address is read off the resource, and the status stands where the type has it. */
static void what_it_is_part_of(void **state)
{
	struct request *r = request_for("Goal", NULL);
	struct fhir_map m;
	char *body =
		body_of(r, &m,
			"{\"lifecycleStatus\":\"proposed\",\"description\":{\"text\":\"w\"},"
			"\"extension\":[{"
			"\"url\":\"https://samhandling.example/fhir/StructureDefinition/plan\","
			"\"valueReference\":{\"reference\":\"CarePlan/" PATIENT "\"}}]}");

	(void)state;
	assert_string_equal(body, "{\"words\":\"w\"}");
	free(body);
	assert_string_equal(json_string_value(json_object_get(m.within, "plan_id")), PATIENT);
	r = request_for("Goal", NULL);
	assert_null(body_of(r, &m, "{\"lifecycleStatus\":\"proposed\"}"));
	assert_string_equal(r->faults->list[0].pointer,
			    "extension('https://samhandling.example/fhir/StructureDefinition/plan')"
			    ".valueReference");
}

/* What a status means, what it needs, and what goes with an element. */
static void members_that_go_along(void **state)
{
	static const char contact[] =
		"{\"status\":\"%s\",\"class\":{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"VR\"}}";
	struct request *r = request_for("Encounter", NULL);
	struct fhir_map m;
	char *body = body_of(r, &m, arena_printf(r->arena, contact, "finished"));

	(void)state;
	assert_string_equal(body, "{\"outcome\":\"HELD\"}");
	free(body);
	r = request_for("Encounter", NULL);
	assert_null(body_of(r, &m, arena_printf(r->arena, contact, "cancelled")));
	assert_string_equal(r->faults->list[0].code, "required");
	r = request_for("Consent", NULL);
	body = body_of(
		r, &m,
		"{\"status\":\"active\",\"category\":[{\"coding\":[{\"system\":\"http://"
		"loinc.org\","
		"\"code\":\"59284-0\"}]},{\"coding\":[{\"system\":"
		"\"https://samhandling.example/fhir/CodeSystem/consent-type\",\"code\":"
		"\"OBJECTION\"}]}],\"patient\":{\"reference\":\"Patient/" PATIENT
		"\"},\"provision\":{\"class\":[{\"system\":"
		"\"https://samhandling.example/fhir/CodeSystem/resource\",\"code\":\"tasks\"}]}}");
	assert_string_equal(body, "{\"resource_types\":[\"tasks\"],\"scope\":\"RESOURCE_TYPES\"}");
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_resource_becomes_a_body),
					   cmocka_unit_test(what_has_no_place_is_named),
					   cmocka_unit_test(the_lenient_are_told),
					   cmocka_unit_test(identifiers_are_kept_apart),
					   cmocka_unit_test(members_are_found_again),
					   cmocka_unit_test(what_it_is_part_of),
					   cmocka_unit_test(members_that_go_along)};

	return cmocka_run_group_tests(tests, fhir_fixture_start, fhir_fixture_stop);
}
