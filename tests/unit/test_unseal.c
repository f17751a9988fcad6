/* api/unseal: seals in an answer are opened or masked wherever they stand, and nothing else is. */
#include "api_fixture.h"

#include "api/unseal.h"

/* synthetic: month + 80 */
static const char number[] = "01815000000";

/* `template` with every "S" replaced by a fresh seal of the number. */
static const char *with_seals(struct arena *a, const char *template)
{
	const char *out = "";

	for (const char *s = template; *s != '\0'; s++)
		out = *s == 'S' ? arena_printf(a, "%s%s", out, seal_make(service.seals, a, number))
				: arena_printf(a, "%s%c", out, *s);
	return out;
}

static void opens_and_masks(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"{\"n\":\"open:S\"}", "{\"n\":\"01815000000\"}"},
		{"{\"n\":\"mask:S\"}", "{\"n\":\"018150*****\"}"},
		{"{\"n\":\"S\"}", "{\"n\":\"018150*****\"}"},
		{"\"S\"", "\"018150*****\""},
		{"\"open:S\"", "\"01815000000\""},
		{"[\"S\",\"S\"]", "[\"018150*****\",\"018150*****\"]"},
		{"[\"S\",\"S\",\"open:S\",\"mask:S\",\"S\"]",
		 "[\"018150*****\",\"018150*****\",\"01815000000\",\"018150*****\","
		 "\"018150*****\"]"},
		{"[\"S\", \"S\", \"S\"]", "[\"018150*****\", \"018150*****\", \"018150*****\"]"},
		{"{\"a\": \"open:S\", \"b\": {\"c\": [\"open:S\"]}, \"d\": 1}",
		 "{\"a\": \"01815000000\", \"b\": {\"c\": [\"01815000000\"]}, \"d\": 1}"},
		{"[\"\",\"S\"]", "[\"\",\"018150*****\"]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 20);

		assert_string_equal(unseal(a, service.seals, with_seals(a, rows[i].in)),
				    rows[i].out);
		arena_free(a);
	}
}

/* On a page a seal is the whole text of an element; what people write has no ">" there. */
static void opens_on_a_page(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"<td>open:S</td>", "<td>01815000000</td>"},
		{"<td>mask:S</td><td>S</td>", "<td>018150*****</td><td>018150*****</td>"},
		{"<p>\"open:seal:x\" &gt;open:seal:x</p>",
		 "<p>\"open:seal:x\" &gt;open:seal:x</p>"},
		{"<td></td>", "<td></td>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 20);

		assert_string_equal(unseal_html(a, service.seals, with_seals(a, rows[i].in)),
				    rows[i].out);
		arena_free(a);
	}
}

static void leaves_other_text_alone(void **state)
{
	static const char *const rows[] = {
		"",
		"{}",
		"null",
		"seal:",
		"\"seal:\"",
		"\"open:seal:\"",
		"open:seal:x",
		"{\"a\":\"open:seal:e1:h1=00:AAAA\"}",
		"{\"a\":\"seal:\",\"b\":\"seal:x:y:z\"}",
		"{\"a\":\"my seal: here\"}",
		"{\"a\":\"xopen:seal:b\"}",
		"{\"a\":\"close:seal:b\"}",
		"{\"a\":\"he said \\\"seal:x\\\" twice\"}",
		"{\"seal:\":1}",
		"{\"a\":\"open:open:seal:e1:h1=00:AAAA\"}",
		"{\"a\":\"open:\",\"b\":\"mask:\"}",
		"[\"seal:seal:seal:seal:\"]",
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(unseal(a, service.seals, rows[i]), rows[i]);
	/* a true seal that is only part of a text is not opened either */
	for (int i = 0; i < 2; i++) {
		const char *text = with_seals(a, i == 0 ? "{\"a\":\"x open:S\"}"
							: "{\"a\":\"open:S and more\"}");

		assert_string_equal(unseal(a, service.seals, text), text);
	}
	arena_free(a);
}

static void refuses_a_seal_that_was_changed(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char *text = arena_dup(a, with_seals(a, "{\"a\":\"open:S\",\"b\":\"open:S\"}"));
	char *middle = strstr(text, "\",\"b\"") - 4;

	(void)state;
	*middle = *middle == 'A' ? 'B' : 'A';

	const char *out = unseal(a, service.seals, text);

	/* the changed one stays as it is, the next is opened */
	assert_non_null(strstr(out, "\"a\":\"open:seal:"));
	assert_non_null(strstr(out, "\"b\":\"01815000000\"}"));
	arena_free(a);
}

static void many_false_seals_take_no_time_or_memory(void **state)
{
	struct arena *a = arena_new(64 << 20);
	size_t size = 1 << 20;
	char *text = arena_alloc(a, size + 16);

	(void)state;
	for (size_t n = 0; n + 13 < size; n += 13)
		memcpy(text + n, ",\"open:seal:\"", 13);
	assert_string_equal(unseal(a, service.seals, text), text);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_masks),
		cmocka_unit_test(opens_on_a_page),
		cmocka_unit_test(leaves_other_text_alone),
		cmocka_unit_test(refuses_a_seal_that_was_changed),
		cmocka_unit_test(many_false_seals_take_no_time_or_memory),
	};

	return cmocka_run_group_tests_name("unseal", tests, fixture_start, fixture_stop);
}
