/* The official JSON-Schema-Test-Suite: every group passes, or its schema is refused by keyword. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contract/schema.h"

static const char folder[] = "tests/data/json-schema-test-suite/";

/* The only reasons for which a group of the suite may be refused. */
static const char *const refusals[] = {
	"unknown keyword 'unevaluatedItems'",
	"unknown keyword 'unevaluatedProperties'",
	"unknown keyword '$dynamicAnchor'",
	"unknown keyword '$dynamicRef'",
	"reference 'https://json-schema.org/draft/2020-12/schema' points at nothing",
	NULL,
};

/* Not asked for: formats as annotations, and numbers beyond what jansson reads. */
static const char *const left_out[] = {"/format.json", "/bignum.json", NULL};

struct tally {
	int passed, failed, refused;
};

static bool occurs_in(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strstr(s, *list) != NULL)
			return true;
	return false;
}

static const char *text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void try_tests(const struct schema *s, const json_t *group, struct arena *a, struct tally *t)
{
	const json_t *tests = json_object_get(group, "tests");

	for (size_t i = 0; i < json_array_size(tests); i++) {
		json_t *test = json_array_get(tests, i);
		struct faults faults = {.arena = a};
		bool wanted = json_is_true(json_object_get(test, "valid"));
		bool valid = schema_validate(s, json_object_get(test, "data"), &faults, NULL);

		if (valid == wanted && valid == (faults.count == 0)) {
			t->passed++;
			continue;
		}
		t->failed++;
		print_error("  %s: %s: valid is %d\n", text(group, "description"),
			    text(test, "description"), valid);
	}
}

static void run_group(const json_t *group, struct tally *t)
{
	struct arena *a = arena_new(64 * 1024 * 1024);
	const struct schema_source source = {.arena = a, .root = json_object_get(group, "schema")};
	const char *why = NULL;
	struct schema *s = schema_compile(&source, "", &why);

	if (s != NULL) {
		try_tests(s, group, a, t);
	} else if (occurs_in(why, refusals)) {
		t->refused++;
	} else {
		t->failed++;
		print_error("  %s: %s\n", text(group, "description"), why);
	}
	arena_free(a);
}

static struct tally run_file(const char *path)
{
	json_error_t error;
	json_t *groups = json_load_file(path, JSON_ALLOW_NUL, &error);
	struct tally t = {0};

	assert_non_null(groups);
	for (size_t i = 0; i < json_array_size(groups); i++)
		run_group(json_array_get(groups, i), &t);
	json_decref(groups);
	print_message("%-28s %4d passed %4d failed, %d groups refused\n", strrchr(path, '/') + 1,
		      t.passed, t.failed, t.refused);
	return t;
}

static void run_folder(const char *name)
{
	char pattern[256];
	glob_t files;
	int failed = 0;

	snprintf(pattern, sizeof(pattern), "%s%s/*.json", folder, name);
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		if (occurs_in(files.gl_pathv[i], left_out))
			continue;

		struct tally t = run_file(files.gl_pathv[i]);

		failed += t.failed + (t.passed + t.refused == 0);
	}
	globfree(&files);
	assert_int_equal(failed, 0);
}

static void draft_2020_12(void **state)
{
	(void)state;
	run_folder("draft2020-12");
}

static void formats_as_assertions(void **state)
{
	(void)state;
	run_folder("format");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draft_2020_12),
		cmocka_unit_test(formats_as_assertions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
