/* contract_deprecation: what is deprecated says since when and until when, with half a year
 * between. */
#include "arena_fixture.h"
#include "contract_fixture.h"

#define OPERATION(members)                                                                         \
	"\"paths\":{\"/x\":{\"get\":{\"operationId\":\"getX\",\"tags\":[\"things\"],"              \
	"\"security\":[],\"responses\":{\"200\":{}}" members "}}}"

static const char good[] = OPERATION(",\"deprecated\":true,\"x-deprecated-since\":\"2027-01-01\","
				     "\"x-sunset\":\"2028-02-29\"");

static void says_since_and_until(void **state)
{
	const struct deprecation *d = &contract_of(arena, good)->operations[0].deprecation;

	(void)state;
	assert_string_equal(d->since, "@1798761600");
	assert_string_equal(d->sunset, "Tue, 29 Feb 2028 00:00:00 GMT");
	assert_string_equal(d->link,
			    "</docs#/things/getX>; rel=\"deprecation\"; type=\"text/html\"");
}

static void what_stays_says_nothing(void **state)
{
	(void)state;
	assert_null(contract_of(arena, OPERATION(""))->operations[0].deprecation.since);
}

static void refuses_what_breaks_the_policy(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} rows[] = {
		{"\"deprecated\":true,", "", "only what is deprecated has a sunset"},
		{"\"x-deprecated-since\":\"2027-01-01\",", "", "needs x-deprecated-since"},
		{",\"x-sunset\":\"2028-02-29\"", "", "needs x-sunset"},
		{"2028-02-29", "2027-02-29", "'2027-02-29' is not a day"},
		{"2028-02-29", "2028-2-29", "'2028-2-29' is not a day"},
		{"2028-02-29", "2028-02-29T00:00", "is not a day"},
		{"2028-02-29", "soon", "'soon' is not a day"},
		{"2028-02-29", "2027-07-02", "less than 183 days"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = strstr(good, rows[i].from), *why = "it was read";
		const char *text = arena_printf(
			arena, "{\"openapi\":\"3.1.0\",\"servers\":[{\"url\":\"/\"}],%.*s%s%s}",
			(int)(at - good), good, rows[i].to, at + strlen(rows[i].from));
		const struct contract_source source = {
			.arena = arena, .text = text, .size = strlen(text)};

		assert_null(contract_load(&source, &why));
		if (strstr(why, rows[i].why) == NULL)
			fail_msg("expected '%s', got '%s'", rows[i].why, why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_since_and_until),
		cmocka_unit_test(what_stays_says_nothing),
		cmocka_unit_test(refuses_what_breaks_the_policy),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
