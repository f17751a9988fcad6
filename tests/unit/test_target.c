/* Which addresses name the same thing. */
#include "cmocka_all.h"

#include "auth/target.h"

static void compares(void **state)
{
	static const struct {
		const char *one, *other;
		bool equal;
	} rows[] = {
		{"https://a.no/x", "https://a.no/x", true},
		{"HTTPS://A.no:443/x?y=1#z", "https://a.no/x", true},
		{"https://a.no", "https://a.no/", true},
		{"https://a.no?x", "https://a.no/", true},
		{"http://a.no:80/", "http://a.no/", true},
		{"https://a.no/%7ex%2f", "https://a.no/~x%2F", true},
		{"https://[::1]:8443/x", "https://[::1]:8443/x", true},
		{"https://a.no:80/", "https://a.no/", false},
		{"http://a.no/", "https://a.no/", false},
		{"https://a.no/X", "https://a.no/x", false},
		{"https://a.no/x/", "https://a.no/x", false},
		{"https://a.no/a%2fb", "https://a.no/a/b", false},
		{"https://a.no.evil/x", "https://a.no/x", false},
		{"https://b@a.no/x", "https://a.no/x", false},
		{"https://a.no/%zz", "https://a.no/%zz", false},
		{"https://a.no/%4", "https://a.no/%4", false},
		{"https://a.no/a b", "https://a.no/a b", false},
		{"https:///x", "https:///x", false},
		{"ftp://a.no/", "ftp://a.no/", false},
		{"/x", "/x", false},
		{"", "", false},
	};
	struct arena *a = arena_new(1024 * 1024);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (target_equal(a, rows[i].one, rows[i].other) != rows[i].equal)
			fail_msg("%s and %s", rows[i].one, rows[i].other);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(compares)};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
