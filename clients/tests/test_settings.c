/* Configuration files: what they may say, and that nothing else passes. */
#include "../../tests/unit/cmocka_all.h"

#include "lib/settings.h"
#include "workplace.h"

static const struct setting_spec specs[] = {
	{.name = "service.url", .required = true},
	{.name = "folder.path", .is_path = true},
	{.name = "folder.settle_ms", .number = &(const struct setting_number){"2000", 0, 60000}},
	{.name = "folder.mark", .choices = ";|,|tab"},
	{.name = "contacts.columns.*"},
	{.name = NULL},
};

static bool parse(struct workplace *w, const char *text, struct settings *out, const char **why)
{
	*out = (struct settings){.path = "/etc/x/test.conf", .specs = specs};
	*why = NULL;
	return settings_parse(w->arena, arena_dup(w->arena, text), out, why);
}

static void test_reads(void **state)
{
	struct settings s;
	const char *why;

	assert_true(parse(
		*state,
		"\xef\xbb\xbf# a comment\r\n; another\n\n[ service ]\n url =  http://x/y = z \r\n"
		"[folder]\npath = in/box\nmark = ;\n"
		"[contacts.columns]\nsource_id = Kontakt nr\nplace.x = 'HOME'",
		&s, &why));
	assert_string_equal(settings_text(&s, "service.url"), "http://x/y = z");
	assert_string_equal(settings_text(&s, "folder.path"), "/etc/x/in/box");
	assert_string_equal(settings_text(&s, "folder.mark"), ";");
	assert_string_equal(settings_text(&s, "contacts.columns.source_id"), "Kontakt nr");
	assert_string_equal(settings_text(&s, "contacts.columns.place.x"), "'HOME'");
	assert_int_equal(settings_number(&s, "folder.settle_ms"), 2000);
	assert_null(settings_text(&s, "folder.nothing"));
}

static void test_refuses(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "lacks service.url"},
		{"url = x\n", "line 1: before the first [section]: 'url'"},
		{"[service]\nurl = x\nurl = y\n", "line 3: said twice: 'service.url'"},
		{"[service]\nurl = x\n[folder]\npatch = y\n",
		 "line 4: unknown setting 'folder.patch'"},
		{"[servise]\nurl = x\n", "line 1: unknown section 'servise'"},
		{"[service\nurl = x\n", "line 1: not a [section]"},
		{"[service]\nurl\n", "line 2: neither [section] nor key = value: 'url'"},
		{"[service]\nurl=x\n[folder]\nsettle_ms=60001\n",
		 "not a value for 'folder.settle_ms'"},
		{"[service]\nurl=x\n[folder]\nsettle_ms=2s\n",
		 "not a value for 'folder.settle_ms'"},
		{"[service]\nurl=x\n[folder]\nmark=ta\n", "not a value for 'folder.mark'"},
		{"[service]\nurl=x\n[folder]\nmark=\n", "not a value for 'folder.mark'"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct settings s;
		const char *why;

		assert_false(parse(*state, cases[i].text, &s, &why));
		if (strstr(why, cases[i].why) == NULL)
			fail_msg("'%s' does not say '%s'", why, cases[i].why);
	}
}

static void test_from_file(void **state)
{
	struct workplace *w = *state;
	struct settings s;
	const char *why;

	workplace_write(w, "a.conf", "[service]\nurl = x\n[folder]\npath = in\n");
	assert_true(settings_read(w->arena, workplace_path(w, "a.conf"), specs, &s, &why));
	assert_string_equal(settings_text(&s, "folder.path"), workplace_path(w, "in"));
	assert_false(settings_read(w->arena, workplace_path(w, "b.conf"), specs, &s, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_from_file),
	};

	return cmocka_run_group_tests(tests, workplace_setup, workplace_teardown);
}
