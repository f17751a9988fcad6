/* api/fhir_change: what differs between what stands and what was sent. */
#include "fhir_fixture.h"

#include "api/fhir_change.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

static const char task[] =
	"{\"resourceType\":\"Task\",\"id\":\"" UUID "\",\"meta\":{\"versionId\":\"1\"},"
	"\"status\":\"requested\",\"businessStatus\":{\"text\":\"OPEN\"},\"intent\":\"order\","
	"\"description\":\"d\",\"focus\":{\"reference\":\"Encounter/" UUID "\"},"
	"\"note\":[{\"text\":\"n\"}],\"restriction\":{\"period\":{\"end\":\"2026-01-02T03:04:05Z\"}"
	"}}";

/* What sending it with these members, null takes one away, comes to; "" when refused. */
static const char *change_of(struct request *r, const char *standing, const char *members)
{
	json_t *current = json_loads(standing, 0, NULL), *sent = json_loads(standing, 0, NULL);
	json_t *more = json_loads(members, 0, NULL), *value;
	struct fhir_map m = {.request = r};
	struct fhir_change change;
	const char *name, *out = "";

	assert_non_null(more);
	json_object_foreach(more, name, value)
	{
		if (json_is_null(value))
			json_object_del(sent, name);
		else
			json_object_set(sent, name, value);
	}
	assert_true(fhir_map_choose_change(&m, current, sent));
	if (fhir_change_find(&m, current, sent, &change)) {
		json_t *both =
			json_pack("{s:o*, s:o*}", "patch", change.patch, "step", change.step);
		char *text = json_dumps(both, JSON_COMPACT | JSON_SORT_KEYS);

		out = arena_dup(r->arena, text);
		free(text);
		json_decref(both);
	}
	json_decref(current);
	json_decref(sent);
	json_decref(more);
	return out;
}

static const char *change_by(struct request *r, const char *members)
{
	return change_of(r, task, members);
}

static struct request *request_for(void)
{
	return fhir_fixture_next("PUT", "/Task/" UUID);
}

static void what_differs_is_changed(void **state)
{
	static const struct {
		const char *members, *change;
	} cases[] = {
		{"{}", "{}"},
		{"{\"description\":\"e\"}", "{\"patch\":{\"title\":\"e\"}}"},
		{"{\"note\":null}", "{\"patch\":{\"note\":null}}"},
		{"{\"restriction\":null,\"note\":[{\"text\":\"o\"}]}",
		 "{\"patch\":{\"due_at\":null,\"note\":\"o\"}}"},
		{"{\"owner\":{\"reference\":\"Practitioner/" UUID "\"}}",
		 "{\"patch\":{\"assignee_staff_id\":\"" UUID "\"}}"},
		{"{\"status\":\"completed\"}", "{\"step\":{\"action\":\"complete\"}}"},
		{"{\"status\":\"cancelled\",\"statusReason\":{\"text\":\"r\"},\"description\":"
		 "\"e\"}",
		 "{\"patch\":{\"title\":\"e\"},\"step\":{\"action\":\"cancel\",\"reason\":\"r\"}}"},
		/* what the service alone says, and what is not sent, stays */
		{"{\"businessStatus\":{\"text\":\"x\"},\"meta\":null,\"focus\":null}", "{}"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(change_by(request_for(), cases[i].members), cases[i].change);
}

static void what_cannot_be_changed_is_named(void **state)
{
	static const struct {
		const char *members, *where;
	} cases[] = {{"{\"intent\":\"plan\"}", "intent"},
		     {"{\"focus\":{\"reference\":\"Encounter/1\"}}", "focus.reference"},
		     {"{\"note\":[{\"text\":\"n\"},{\"text\":\"m\"}]}", "note[1].text"},
		     {"{\"for\":{\"reference\":\"Patient/" UUID "\"}}", "for.reference"},
		     {"{\"status\":null}", "status"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request *r = request_for();

		assert_string_equal(change_by(r, cases[i].members), "");
		assert_int_equal(r->faults->count, 1);
		assert_string_equal(r->faults->list[0].pointer, cases[i].where);
	}
}

static void a_status_that_cannot_be_reached(void **state)
{
	struct request *r = request_for();

	(void)state;
	assert_string_equal(change_by(r, "{\"status\":\"failed\"}"), "");
	assert_int_equal(r->reply.status, 409);
	assert_non_null(strstr(r->reply.body, "completed, cancelled"));
}

static const char contact[] =
	"{\"resourceType\":\"Encounter\",\"id\":\"" UUID "\",\"status\":\"finished\","
	"\"class\":{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":"
	"\"HH\"},\"type\":[{\"coding\":[{\"system\":"
	"\"https://samhandling.example/fhir/CodeSystem/"
	"contact-mode\",\"code\":\"FACE_TO_FACE\"}]}],"
	"\"period\":{\"start\":\"2026-01-02T03:00:00Z\",\"end\":\"2026-01-02T03:30:00Z\"}}";

/* Of what has been, what differs is a correction; nothing is one without a difference. */
static void what_has_been_is_corrected(void **state)
{
	(void)state;
	struct request *r = fhir_fixture_next("PUT", "/Encounter/" UUID);

	assert_string_equal(change_of(r, contact, "{}"), "{}");
	r = fhir_fixture_next("PUT", "/Encounter/" UUID);
	assert_string_equal(change_of(r, contact,
				      "{\"period\":{\"start\":\"2026-01-02T03:00:00Z\",\"end\":"
				      "\"2026-01-02T03:10:00Z\"},\"type\":null}"),
			    "{\"step\":{\"action\":\"correct\",\"minutes\":10,\"started_at\":"
			    "\"2026-01-02T03:00:00Z\"}}");
	r = fhir_fixture_next("PUT", "/Encounter/" UUID);
	assert_string_equal(change_of(r, contact, "{\"status\":\"entered-in-error\"}"),
			    "{\"step\":{\"action\":\"void\"}}");
}

/* The rules are of what was sent, as far as it is of the same rows. */
static void another_class_is_another_place(void **state)
{
	static const char planned[] =
		"{\"resourceType\":\"Encounter\",\"status\":\"planned\",\"class\":{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"HH\"}}";
	struct request *r = fhir_fixture_next("PUT", "/Encounter/" UUID);

	(void)state;
	assert_string_equal(
		change_of(r, planned,
			  "{\"class\":{\"system\":\"http://terminology.hl7.org/CodeSystem/"
			  "v3-ActCode\",\"code\":\"AMB\"},\"type\":[null,{\"coding\":[{\"system\":"
			  "\"https://samhandling.example/fhir/CodeSystem/contact-place\",\"code\":"
			  "\"CLINIC\"}]}]}"),
		"{\"patch\":{\"place\":\"CLINIC\"}}");
	r = fhir_fixture_next("PUT", "/Encounter/" UUID);
	assert_string_equal(change_of(r, planned,
				      "{\"class\":{\"system\":\"http://terminology.hl7.org/"
				      "CodeSystem/v3-ActCode\",\"code\":\"IMP\"}}"),
			    "");
	assert_string_equal(r->faults->list[0].pointer, "class");
	/* a status may mean what nothing else says */
	r = fhir_fixture_next("PUT", "/Encounter/" UUID);
	assert_string_equal(change_of(r, planned, "{\"status\":\"finished\"}"),
			    "{\"step\":{\"action\":\"record\",\"outcome\":\"HELD\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_differs_is_changed),
					   cmocka_unit_test(what_cannot_be_changed_is_named),
					   cmocka_unit_test(a_status_that_cannot_be_reached),
					   cmocka_unit_test(what_has_been_is_corrected),
					   cmocka_unit_test(another_class_is_another_place)};

	return cmocka_run_group_tests(tests, fhir_fixture_start, fhir_fixture_stop);
}
