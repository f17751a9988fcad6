/* api/print: the pipeline of an operation as JSON lines, in the order in which it runs. */
#include "api_fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "api/print.h"
#include "base/config.h"

static int start(void **state)
{
	char why[256] = "";

	(void)state;
	fixture_settings();
	config.seal_keys = fixture_keys;
	if (!service_start(why))
		fail_msg("%s", why);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	service_stop();
	return 0;
}

/* The names of the printed statements, as "a b c ". */
static const char *printed(const char *operation, char names[1000])
{
	FILE *file = tmpfile();
	static char line[65536];
	int old = dup(STDOUT_FILENO);

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);

	bool known = print_statements(operation);

	fflush(stdout);
	dup2(old, STDOUT_FILENO);
	close(old);
	rewind(file);
	names[0] = '\0';
	while (fgets(line, sizeof(line), file) != NULL) {
		json_t *o = json_loads(line, 0, NULL);

		assert_non_null(json_string_value(json_object_get(o, "sql")));
		assert_true(json_is_array(json_object_get(o, "parameters")));
		snprintf(names + strlen(names), 1000 - strlen(names), "%s ",
			 json_string_value(json_object_get(o, "name")));
		json_decref(o);
	}
	fclose(file);
	return known ? names : NULL;
}

static void prints_in_order(void **state)
{
	char names[1000];

	(void)state;
	assert_non_null(printed("getPatient", names));
	assert_memory_equal(names, "enter getPatient", 16);
	assert_non_null(strstr(names, " log "));
	assert_non_null(printed("createConcernReport", names));
	assert_memory_equal(names, "context idempotency_begin createConcernReport ", 46);
	assert_non_null(strstr(names, " idempotency_end "));
}

static void knows_statements_alone(void **state)
{
	char names[1000];

	(void)state;
	assert_null(printed("noSuchOperation", names));
	assert_null(printed("", names));
	assert_null(printed("getHealthLive", names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_in_order),
		cmocka_unit_test(knows_statements_alone),
	};

	return cmocka_run_group_tests_name("print", tests, start, stop);
}
