/* The adapters' log: one JSON object a line, and no personal number whatever is said. */
#include "../../tests/unit/cmocka_all.h"

#include <fcntl.h>
#include <jansson.h>

#include "lib/file.h"
#include "lib/member.h"
#include "lib/note.h"
#include "workplace.h"

/* What `say` writes to standard error. */
static const char *written(struct workplace *w, void (*say)(void))
{
	const char *path = workplace_path(w, "stderr"), *why;
	int kept = dup(STDERR_FILENO);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t size;

	dup2(fd, STDERR_FILENO);
	say();
	dup2(kept, STDERR_FILENO);
	close(fd);
	close(kept);
	return file_read(w->arena, path, &size, &why);
}

static void say_sent(void)
{
	note(NOTE_INFO, "sent", "{s:s,s:i}", "id", "abc", "status", 201);
}

static void say_too_much(void)
{
	note(NOTE_ERROR, "refused", "{s:s,s:s}", "why", "not 01819012365, nor 0181901236", "event",
	     "another");
}

static void say_nothing_sensible(void)
{
	note(NOTE_WARNING, "odd", "{s:q}", "x", 1);
}

static void test_lines(void **state)
{
	struct workplace *w = *state;
	const char *line = written(w, say_sent);
	json_t *json = member_keep(w->arena, json_loads(line, 0, NULL));

	assert_int_equal(strcspn(line, "\n"), strlen(line) - 1);
	assert_string_equal(member_text(json, "event"), "sent");
	assert_string_equal(member_text(json, "level"), "info");
	assert_string_equal(member_text(json, "program"), "samhandling-test");
	assert_int_equal(strlen(member_text(json, "time")), 24);
	assert_int_equal(json_integer_value(json_object_get(json, "status")), 201);
}

static void test_masks(void **state)
{
	struct workplace *w = *state;
	json_t *json = member_keep(w->arena, json_loads(written(w, say_too_much), 0, NULL));

	assert_string_equal(member_text(json, "why"), "not ***********, nor 0181901236");
	assert_string_equal(member_text(json, "event"), "refused");
	json = member_keep(w->arena, json_loads(written(w, say_nothing_sensible), 0, NULL));
	assert_non_null(member_text(json, "unsayable"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_masks),
	};

	note_open("samhandling-test");
	return cmocka_run_group_tests(tests, workplace_setup, workplace_teardown);
}
