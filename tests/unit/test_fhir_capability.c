/* api/fhir_capability: the CapabilityStatement says what the contract has. */
#include "fhir_fixture.h"

#include "api/fhir_capability.h"

static const json_t *named(const json_t *list, const char *member, const char *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, member)), value) == 0)
			return one;
	}
	return NULL;
}

static void it_is_made_of_the_contract(void **state)
{
	struct arena *a = arena_new(1 << 20);
	json_t *made = fhir_capability(a, service.contract);
	const json_t *rest = json_array_get(json_object_get(made, "rest"), 0);
	const json_t *patient = named(json_object_get(rest, "resource"), "type", "Patient");
	const json_t *interactions = json_object_get(patient, "interaction");
	const json_t *parameters = json_object_get(patient, "searchParam");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(made, "fhirVersion")), "4.0.1");
	assert_int_equal(strlen(json_string_value(json_object_get(made, "date"))), 10);
	/* each once, although a search is two operations */
	assert_int_equal(json_array_size(interactions), 4);
	assert_non_null(named(interactions, "code", "read"));
	assert_non_null(named(interactions, "code", "vread"));
	assert_non_null(named(interactions, "code", "history-instance"));
	assert_non_null(named(interactions, "code", "search-type"));
	assert_string_equal(
		json_string_value(json_object_get(named(parameters, "name", "identifier"), "type")),
		"token");
	assert_non_null(json_object_get(named(parameters, "name", "birthdate"), "documentation"));
	assert_null(named(parameters, "name", "_count"));
	json_decref(made);
	arena_free(a);
}

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

static void parameters_are_those_of_the_searches(void **state)
{
	json_t *made = fhir_search_parameters(service.contract), *one;
	size_t i, found = 0;

	(void)state;
	json_array_foreach(made, i, one)
	{
		assert_non_null(text(one, "says"));
		if (strcmp(text(one, "base"), "Task") != 0 ||
		    strcmp(text(one, "code"), "owner") != 0)
			continue;
		found++;
		assert_string_equal(text(one, "type"), "reference");
		assert_string_equal(text(one, "expression"), "Task.owner");
		assert_string_equal(text(one, "definition"),
				    "http://hl7.org/fhir/SearchParameter/Task-owner");
		assert_int_equal(json_array_size(json_object_get(one, "targets")), 1);
	}
	/* by GET and POST it is the same search */
	assert_int_equal(found, 1);
	json_decref(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_made_of_the_contract),
		cmocka_unit_test(parameters_are_those_of_the_searches),
	};

	return cmocka_run_group_tests_name("fhir_capability", tests, fhir_fixture_start,
					   fixture_stop);
}
