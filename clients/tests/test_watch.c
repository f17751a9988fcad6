/* When a file in a folder counts as complete; and files laid for others exactly once. */
#include "../../tests/unit/cmocka_all.h"

#include "lib/drop.h"
#include "lib/file.h"
#include "lib/watch.h"
#include "workplace.h"

enum { SETTLE = 1000 };

/* The names that are complete at that time, with a space behind each. */
static const char *ready(struct workplace *w, struct watch *watch, long now, long *settles_in)
{
	const char *why, *names = "";
	char **paths = watch_look(watch, w->arena, now, settles_in, &why);

	assert_non_null(paths);
	for (; *paths != NULL; paths++)
		names = arena_printf(w->arena, "%s%s ", names, strrchr(*paths, '/') + 1);
	return names;
}

static void test_settles(void **state)
{
	struct workplace *w = *state;
	const char *why;
	struct watch *watch;
	long in;

	mkdir(workplace_path(w, "in"), 0700);
	watch = watch_new(workplace_path(w, "in"), SETTLE, &why);
	assert_non_null(watch);
	workplace_write(w, "in/a.csv", "half");
	workplace_write(w, "in/.hidden", "x");
	workplace_write(w, "in/b.csv.part", "x");
	workplace_write(w, "in/c.tmp", "x");
	mkdir(workplace_path(w, "in/folder"), 0700);
	assert_string_equal(ready(w, watch, 10000, &in), "");
	assert_int_equal(in, SETTLE);
	assert_string_equal(ready(w, watch, 10900, &in), "");
	assert_int_equal(in, 100);
	workplace_write(w, "in/a.csv", "half and more");
	assert_string_equal(ready(w, watch, 11100, &in), "");
	assert_int_equal(in, SETTLE);
	assert_string_equal(ready(w, watch, 12100, &in), "a.csv ");
	assert_int_equal(in, -1);
	/* a new file of the same name is looked at anew */
	unlink(workplace_path(w, "in/a.csv"));
	assert_string_equal(ready(w, watch, 12200, &in), "");
	workplace_write(w, "in/a.csv", "half and more");
	assert_string_equal(ready(w, watch, 13300, &in), "");
	watch_free(watch);
}

static void test_renamed_in(void **state)
{
	struct workplace *w = *state;
	const char *why;
	struct watch *watch = watch_new(workplace_path(w, "in"), SETTLE, &why);
	long in;

	ready(w, watch, 0, &in);
	if (watch_descriptor(watch) < 0)
		skip(); /* no inotify here */
	workplace_write(w, "whole", "all of it");
	rename(workplace_path(w, "whole"), workplace_path(w, "in/d.json"));
	assert_non_null(strstr(ready(w, watch, 10, &in), "d.json "));
	watch_free(watch);
	assert_null(watch_new(workplace_path(w, "nowhere"), SETTLE, &why));
}

static bool is_small(void *context, const char *name)
{
	return strcmp(name, context) <= 0;
}

static void test_dropped_once(void **state)
{
	struct workplace *w = *state;
	const char *out = workplace_path(w, "out"), *why;
	char place[] = "2.json";

	assert_true(drop_recover(w->arena, out, is_small, place, &why));
	assert_true(drop_stage(w->arena, out, "1.json", "one", &why));
	assert_false(file_exists(workplace_path(w, "out/1.json")));
	assert_true(drop_publish(w->arena, out, "1.json", &why));
	assert_true(file_exists(workplace_path(w, "out/1.json")));
	/* the reader has taken it; showing it again shows nothing */
	unlink(workplace_path(w, "out/1.json"));
	assert_true(drop_publish(w->arena, out, "1.json", &why));
	assert_int_equal(workplace_count(w, "out"), 0);
	/* a crash: 2 was committed, 3 was not */
	assert_true(drop_stage(w->arena, out, "2.json", "two", &why));
	assert_true(drop_stage(w->arena, out, "3.json", "three", &why));
	assert_true(drop_recover(w->arena, out, is_small, place, &why));
	assert_true(file_exists(workplace_path(w, "out/2.json")));
	assert_int_equal(workplace_count(w, "out"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settles),
		cmocka_unit_test(test_renamed_in),
		cmocka_unit_test(test_dropped_once),
	};

	return cmocka_run_group_tests(tests, workplace_setup, workplace_teardown);
}
