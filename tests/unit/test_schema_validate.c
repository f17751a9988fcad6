/* The official JSON-Schema-Test-Suite: every group passes, or its schema is refused by keyword. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

/* --- what is replaced in place ---------------------------------------------------------------- */

static bool is_secret(const char *s, size_t len)
{
	return len == 4 && memcmp(s, "1234", 4) == 0;
}

/* Each is replaced by where it was. */
static void replace(void *context, const struct schema_found *found)
{
	assert_string_equal(found->format, "secret");
	++*(int *)context;
	if (found->key != NULL)
		json_object_set_new(found->parent, found->key, json_string(found->pointer));
	else
		json_array_set_new(found->parent, found->index, json_string(found->pointer));
}

/* Validates and replaces; the value's text afterwards. */
static void expect_replaced(const char *schema, const char *value, int visits, const char *after)
{
	static const struct schema_format own[] = {{"secret", is_secret}, {NULL, NULL}};
	struct arena *a = arena_new(16 * 1024 * 1024);
	json_t *root = json_loads(schema, 0, NULL), *json = json_loads(value, 0, NULL);
	const struct schema_source source = {.arena = a, .root = root, .formats = own};
	const char *why = NULL;
	struct schema *s = schema_compile(&source, "", &why);
	struct faults faults = {.arena = a};
	int count = 0;
	const struct schema_visitor visitor = {.formatted = replace, .context = &count};

	assert_non_null(s);
	assert_int_equal(schema_validate(s, json, &faults, &visitor), visits > 0);

	char *text = json_dumps(json, JSON_COMPACT);

	assert_string_equal(text, after);
	assert_int_equal(count, visits);
	free(text);
	json_decref(root);
	json_decref(json);
	arena_free(a);
}

static void replaces_each_value_once(void **state)
{
	(void)state;
	expect_replaced("{\"properties\":{\"a\":{\"format\":\"secret\"}}}", "{\"a\":\"1234\"}", 1,
			"{\"a\":\"/a\"}");
	expect_replaced("{\"properties\":{\"a/b\":{\"items\":{\"format\":\"secret\"}}}}",
			"{\"a/b\":[\"1234\"]}", 1, "{\"a/b\":[\"/a~1b/0\"]}");
	expect_replaced("{\"items\":{\"allOf\":[{\"format\":\"secret\"},{\"format\":\"secret\"}]}}",
			"[\"1234\",\"1234\"]", 2, "[\"/0\",\"/1\"]");
	expect_replaced(
		"{\"properties\":{\"a\":{\"oneOf\":[{\"type\":\"null\"},{\"format\":\"secret\","
		"\"type\":\"string\"}]}}}",
		"{\"a\":\"1234\"}", 1, "{\"a\":\"/a\"}");
}

static void replaces_nothing_when_there_are_faults(void **state)
{
	(void)state;
	expect_replaced("{\"properties\":{\"a\":{\"format\":\"secret\"}},\"required\":[\"b\"]}",
			"{\"a\":\"1234\"}", 0, "{\"a\":\"1234\"}");
}

static void bounds_the_number_of_faults(void **state)
{
	struct arena *a = arena_new(1024 * 1024);
	struct faults faults = {.arena = a};

	(void)state;
	for (int i = 0; i < 2 * FAULTS_MAX; i++)
		faults_add(&faults, "/a", "type", "x");
	assert_int_equal(faults.count, FAULTS_MAX);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draft_2020_12),
		cmocka_unit_test(formats_as_assertions),
		cmocka_unit_test(replaces_each_value_once),
		cmocka_unit_test(replaces_nothing_when_there_are_faults),
		cmocka_unit_test(bounds_the_number_of_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
