/* The command line taken apart. */
#include "../../tests/unit/cmocka_all.h"

#include "cli/options.h"

enum { MEMORY = 1 << 24 };

static const struct option_spec own[] = {
	{"out", "FILE", "", false},
	{"kid", "NAME", "", true},
	{"force", NULL, "", false},
	{.name = NULL},
};

static bool parse(const char *const *argv, struct arguments *args)
{
	struct arena *a = arena_new(MEMORY);
	const char *why = NULL;
	bool fine = options_parse(a, argv, own, args, &why);

	assert_true(fine == (why == NULL));
	arena_free(a);
	return fine;
}

static void test_values(void **state)
{
	struct arguments args;

	(void)state;
	assert_true(parse((const char *[]){"a", "--out", "x", "--kid", "--force", "b", "-", "--",
					   "--json", NULL},
			  &args));
	assert_string_equal(options_value(&args, "out"), "x");
	assert_string_equal(options_value(&args, "kid"), "");
	assert_string_equal(options_value(&args, "force"), "");
	assert_null(options_value(&args, "json"));
	assert_int_equal(args.word_count, 4);
	assert_string_equal(args.words[2], "-");
	assert_string_equal(args.words[3], "--json");
	assert_true(parse((const char *[]){"--kid", "k", "--out=a=b", "--out", "-", "k=-1", NULL},
			  &args));
	assert_string_equal(options_value(&args, "kid"), "k");
	assert_string_equal(options_value(&args, "out"), "-");
	assert_string_equal(args.words[0], "k=-1");
}

static void test_refusals(void **state)
{
	struct arguments args;

	(void)state;
	assert_false(parse((const char *[]){"--unknown", NULL}, &args));
	assert_false(parse((const char *[]){"--out", NULL}, &args));
	assert_false(parse((const char *[]){"--out", "--force", NULL}, &args));
	assert_false(parse((const char *[]){"--force=yes", NULL}, &args));
	assert_false(parse((const char *[]){"-x", NULL}, &args));
}

static void test_limits(void **state)
{
	static const char *argv[WORDS_MAX + 2];
	static struct arguments args;

	(void)state;
	for (size_t i = 0; i < WORDS_MAX + 1; i++)
		argv[i] = "w";
	argv[WORDS_MAX + 1] = NULL;
	assert_false(parse(argv, &args));
	argv[WORDS_MAX] = NULL;
	assert_true(parse(argv, &args));
	assert_null(args.words[args.word_count]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
