/* api/fhir_convert: elements of resources as members of native bodies. */
#include "convert_fixture.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

static void plain_values(void **state)
{
	static const char rule[] = "{\"create\":\"m\"}";

	(void)state;
	assert_becomes(rule, "\"x\"", "{\"m\":\"x\"}");
	assert_becomes(rule, "true", "{\"m\":true}");
	assert_becomes(rule, "{}", "<type>");
	assert_becomes(rule, "[\"x\"]", "<type>");
}

static void times(void **state)
{
	static const char instant[] = "{\"as\":\"instant\",\"create\":\"m\"}";
	static const char day[] = "{\"as\":\"day\",\"create\":\"m\"}";

	(void)state;
	assert_becomes(instant, "\"2026-01-02T03:04:05.6+01:00\"",
		       "{\"m\":\"2026-01-02T03:04:05.6+01:00\"}");
	assert_becomes(instant, "\"2026-01-02T03:04Z\"", "{\"m\":\"2026-01-02T03:04:00Z\"}");
	assert_becomes(instant, "\"2026-01-02\"", "<format>");
	assert_becomes(instant, "\"2026-01-02T03:04:05\"", "<format>");
	assert_becomes(instant, "7", "<format>");
	assert_becomes(day, "\"2026-01-02\"", "{\"m\":\"2026-01-02\"}");
	assert_becomes(day, "\"2026-01-02T23:04:05-05:00\"", "{\"m\":\"2026-01-02\"}");
	assert_becomes(day, "\"2026-01\"", "<format>");
	assert_becomes(day, "\"2026-02-30\"", "<format>");
}

static void concepts(void **state)
{
	static const char rule[] = "{\"as\":\"concept\",\"create\":\"m\",\"systems\":{"
				   "\"s\":{\"a\":\"A\"},\"o\":true}}";

	(void)state;
	assert_becomes(rule, "{\"coding\":[{\"system\":\"s\",\"code\":\"a\"}]}", "{\"m\":\"A\"}");
	assert_becomes(rule, "{\"system\":\"s\",\"code\":\"a\"}", "{\"m\":\"A\"}");
	assert_becomes(rule,
		       "{\"coding\":[{\"system\":\"s\",\"code\":\"a\"},{\"system\":\"o\","
		       "\"code\":\"A\"}],\"text\":\"t\"}",
		       "{\"m\":\"A\"}");
	/* none of them is left out: they contradict each other, or one is not known */
	assert_becomes(rule,
		       "{\"coding\":[{\"system\":\"s\",\"code\":\"a\"},{\"system\":\"o\","
		       "\"code\":\"B\"}]}",
		       "<not_supported>");
	assert_becomes(rule,
		       "{\"coding\":[{\"system\":\"s\",\"code\":\"b\"},{\"system\":\"o\","
		       "\"code\":\"A\"}]}",
		       "<enum>");
	assert_becomes(rule, "{\"coding\":[]}", "<enum>");
	assert_becomes(rule, "{\"system\":\"s\",\"code\":\"b\"}", "<enum>");
	assert_becomes(rule, "{\"text\":\"t\"}", "<not_supported>");
	assert_becomes(rule,
		       "{\"coding\":[{\"system\":\"s\",\"code\":\"a\"},{\"system\":\"x\","
		       "\"code\":\"a\"}]}",
		       "<not_supported>");
	assert_becomes("{\"as\":\"concept\",\"create\":\"m\",\"systems\":{\"\":{\"a\":\"A\"}}}",
		       "\"a\"", "{\"m\":\"A\"}");
}

static void references(void **state)
{
	static const char rule[] =
		"{\"as\":\"reference\",\"create\":{\"Patient\":\"p\",\"Organization\":\"o\"}}";

	(void)state;
	assert_becomes(rule, "{\"reference\":\"Patient/" UUID "\",\"display\":\"x\"}",
		       "{\"p\":\"" UUID "\"}");
	assert_becomes(rule, "{\"reference\":\"https://x.example/fhir/r4/Organization/" UUID "\"}",
		       "{\"o\":\"" UUID "\"}");
	/* an id of another form refers to nobody */
	assert_becomes(rule, "{\"reference\":\"Patient/1\"}",
		       "{\"p\":\"00000000-0000-0000-0000-000000000000\"}");
	assert_becomes(rule, "{\"reference\":\"Group/" UUID "\"}", "<not_supported>");
	assert_becomes(rule, "{\"reference\":\"Patient/" UUID "\",\"type\":\"Organization\"}",
		       "<not_supported>");
	assert_becomes(rule, "{\"reference\":\"Patient/" UUID "/_history/1\"}", "<format>");
	assert_becomes(rule, "{\"display\":\"x\"}", "<format>");
}

static void canonicals_and_answers(void **state)
{
	static const char canonical[] = "{\"as\":\"canonical\",\"from\":\"c/\",\"create\":{"
					"\"address\":\"a\",\"version\":\"v\"}}";
	static const char answers[] = "{\"as\":\"answers\",\"create\":\"m\"}";

	(void)state;
	assert_becomes(canonical, "\"c/HONOS|1.0\"", "{\"a\":\"HONOS\",\"v\":\"1.0\"}");
	assert_becomes(canonical, "\"c/HONOS\"", "{\"a\":\"HONOS\"}");
	assert_becomes(canonical, "\"d/HONOS\"", "<reference>");
	assert_becomes("{\"as\":\"canonical\",\"from\":\"c/\",\"create\":{\"address\":\"a\"}}",
		       "\"c/t|9.9\"", "<not_supported>");
	assert_becomes(answers,
		       "[{\"linkId\":\"HONOS-H1\",\"answer\":[{\"valueInteger\":2}]},"
		       "{\"linkId\":\"H2\"}]",
		       "{\"m\":{\"H1\":2,\"H2\":null}}");
	assert_becomes(answers, "[{\"linkId\":\"a\",\"answer\":[{\"valueString\":\"2\"}]}]",
		       "<not_supported>");
	assert_becomes(answers, "[{\"linkId\":\"a\",\"item\":[]}]", "<not_supported>");
	assert_becomes(answers, "[{\"linkId\":\"a\",\"modifierExtension\":[{}]}]",
		       "<not_supported>");
	assert_becomes(answers, "[{\"linkId\":\"a\",\"answer\":[{\"valueInteger\":null}]}]",
		       "<not_supported>");
	assert_becomes(answers, "[{\"linkId\":\"H1\"},{\"linkId\":\"HONOS-H1\"}]",
		       "<not_supported>");
	assert_becomes(answers, "{\"linkId\":\"a\"}", "<type>");
	assert_becomes(answers, "[{\"answer\":[{\"valueInteger\":2}]}]", "<not_supported>");
}

static void concepts_with_words(void **state)
{
	static const char rule[] =
		"{\"as\":\"concept\",\"create\":{\"code\":\"a/b/answer\",\"text\":\"a/b/why\"},"
		"\"systems\":{\"s\":true,\"t\":{\"yes\":true}}}";

	(void)state;
	assert_becomes(rule, "{\"coding\":[{\"system\":\"s\",\"code\":\"YES\"}],\"text\":\"w\"}",
		       "{\"a\":{\"b\":{\"answer\":\"YES\",\"why\":\"w\"}}}");
	/* a code may mean what is no text */
	assert_becomes(rule, "{\"coding\":[{\"system\":\"t\",\"code\":\"yes\"}]}",
		       "{\"a\":{\"b\":{\"answer\":true}}}");
}

static void periods(void **state)
{
	static const char both[] =
		"{\"as\":\"span\",\"create\":{\"start\":\"s\",\"minutes\":\"m\"}}";
	static const char start[] = "{\"as\":\"span\",\"create\":{\"start\":\"s\"}}";

	(void)state;
	assert_becomes(both,
		       "{\"start\":\"2026-01-02T23:30:00+01:00\",\"end\":\"2026-01-02T23:15:00Z\"}",
		       "{\"m\":45,\"s\":\"2026-01-02T23:30:00+01:00\"}");
	assert_becomes(both, "{\"start\":\"2026-01-02T23:30:00Z\"}",
		       "{\"s\":\"2026-01-02T23:30:00Z\"}");
	/* one that has no length ends where it begins */
	assert_becomes(both,
		       "{\"start\":\"2026-01-02T23:30:00Z\",\"end\":\"2026-01-02T23:30:00Z\"}",
		       "{\"s\":\"2026-01-02T23:30:00Z\"}");
	assert_becomes(both,
		       "{\"start\":\"2026-01-02T23:30:00Z\",\"end\":\"2026-01-02T23:29:00Z\"}",
		       "<value>");
	assert_becomes(both, "{\"start\":\"2026-01-02T23:30:00Z\",\"end\":\"2026-01-03\"}",
		       "<format>");
	assert_becomes(both, "{\"end\":\"2026-01-02T23:30:00Z\"}", "<format>");
	assert_becomes(both, "{\"start\":\"2026-01-02T23:30:00Z\",\"end\":7}", "<not_supported>");
	assert_becomes(start,
		       "{\"start\":\"2026-01-02T23:30:00Z\",\"end\":\"2026-01-02T23:45:00Z\"}",
		       "<not_supported>");
}

/* Runs both rules on one body: the second's fault, or what has become of it. */
static const char *both(const char *first, const char *second)
{
	struct fhir_conversion c = {.arena = arena};
	json_t *rule = json_loads("{\"create\":\"a/b\"}", 0, NULL), *body = json_object();
	json_t *one = json_string(first), *other = json_string(second);
	const char *out;

	assert_true(fhir_convert(&c, rule, "create", one, body));
	out = fhir_convert(&c, rule, "create", other, body) ? "same" : c.code;
	json_decref(rule);
	json_decref(body);
	json_decref(one);
	json_decref(other);
	return out;
}

static void two_elements_say_the_same(void **state)
{
	(void)state;
	assert_string_equal(both("x", "x"), "same");
	assert_string_equal(both("x", "y"), "not_supported");
}

static void what_is_gone(void **state)
{
	json_t *rule = json_loads("{\"one\":\"m\",\"two\":{\"a\":\"x\",\"b\":\"y\"}}", 0, NULL);
	struct fhir_conversion c = {.arena = arena};
	json_t *body = json_object();
	char *text;

	(void)state;
	fhir_convert_nothing(&c, rule, "one", body);
	fhir_convert_nothing(&c, rule, "two", body);
	text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, "{\"m\":null,\"x\":null,\"y\":null}");
	free(text);
	json_decref(rule);
	json_decref(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plain_values),
					   cmocka_unit_test(times),
					   cmocka_unit_test(concepts),
					   cmocka_unit_test(references),
					   cmocka_unit_test(canonicals_and_answers),
					   cmocka_unit_test(concepts_with_words),
					   cmocka_unit_test(periods),
					   cmocka_unit_test(two_elements_say_the_same),
					   cmocka_unit_test(what_is_gone)};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
