/* base/event: one clean JSON line each, counted. */
#include "cmocka_all.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/event.h"

static void escapes_text(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{NULL, ""},
		{"", ""},
		{"plain text", "plain text"},
		{"a\"b", "a\\\"b"},
		{"a\\b", "a\\\\b"},
		{"line\nbreak\r\t", "line\\u000abreak\\u000d\\u0009"},
		{"\x01\x1f\x7f", "\\u0001\\u001f\\u007f"},
		{"\xc3\xa6", "\\u00c3\\u00a6"},
		{"\xff", "\\u00ff"},
		{"\",\"level\":\"x", "\\\",\\\"level\\\":\\\"x"},
	};
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(event_text(rows[i].in, out), rows[i].out);
}

static void cuts_long_text_whole(void **state)
{
	static const char *const pieces[] = {"x", "\"", "\n", "\xe2", "ab\n", "abc\"", "abcd\x7f"};
	char in[1200], out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		in[0] = '\0';
		while (strlen(in) < 1000)
			strcat(in, pieces[i]);
		memset(out, '!', sizeof(out));
		event_text(in, out);
		assert_in_range(strlen(out), 240, 255);

		char quoted[260];

		snprintf(quoted, sizeof(quoted), "\"%s\"", out);

		json_t *text = json_loads(quoted, JSON_DECODE_ANY, NULL);

		assert_non_null(text);
		json_decref(text);
	}
}

/* What event() writes to stderr for a member of this text. */
static size_t line_of(const char *text, char *line, size_t size)
{
	int ends[2], old = dup(STDERR_FILENO);

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	event(E_STOPPED, "\"text\":\"%s\"", text);
	dup2(old, STDERR_FILENO);
	close(old);
	close(ends[1]);

	ssize_t n = read(ends[0], line, size - 1);

	close(ends[0]);
	assert_true(n > 0);
	line[n] = '\0';
	return (size_t)n;
}

static void writes_one_json_line(void **state)
{
	char line[4096];
	uint64_t before = event_count(E_STOPPED);
	size_t len = line_of("hello", line, sizeof(line));

	(void)state;
	assert_int_equal(event_count(E_STOPPED), before + 1);
	assert_int_equal(line[len - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);

	json_t *o = json_loads(line, 0, NULL);

	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "event")), "STOPPED");
	assert_string_equal(json_string_value(json_object_get(o, "level")), "info");
	assert_string_equal(json_string_value(json_object_get(o, "text")), "hello");
	assert_int_equal(json_string_length(json_object_get(o, "time")), 24);
	json_decref(o);
}

static void an_overlong_line_stays_one_line(void **state)
{
	char text[3000], line[4096];

	(void)state;
	for (size_t n = 1900; n < 2100; n++) {
		memset(text, 'x', n);
		text[n] = '\0';

		size_t len = line_of(text, line, sizeof(line));

		assert_true(len <= 2048);
		assert_memory_equal(line + len - 2, "}\n", 2);
		assert_int_equal(strlen(line), len);
	}
}

static void every_event_has_a_name(void **state)
{
	(void)state;
	for (int e = 0; e < EVENT_COUNT; e++)
		assert_true(strlen(event_name((enum event)e)) > 2);
	assert_string_equal(event_name(E_READY), "READY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_text),
		cmocka_unit_test(cuts_long_text_whole),
		cmocka_unit_test(writes_one_json_line),
		cmocka_unit_test(an_overlong_line_stays_one_line),
		cmocka_unit_test(every_event_has_a_name),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
