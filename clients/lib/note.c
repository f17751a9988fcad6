/* The adapters' log. One write a line, so that threads do not mix theirs. */
#include "lib/note.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/transfer.h"

enum { LINE_MEMORY = 1024 * 1024 };

static const char *program_name = "samhandling";

void note_open(const char *program)
{
	program_name = program;
}

static json_t *time_now(void)
{
	struct timespec now;
	struct tm utc;
	char text[sizeof("2026-01-01T00:00:00")];

	clock_gettime(CLOCK_REALTIME, &now);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
	return json_sprintf("%s.%03ldZ", text, now.tv_nsec / 1000000);
}

static void write_line(json_t *line)
{
	struct arena *a = arena_new(LINE_MEMORY);
	char *text = json_dumps(line, JSON_COMPACT);
	char *masked = arena_printf(a, "%s\n", transfer_mask(a, text != NULL ? text : "{}"));

	/* a line that nobody can take is lost; the work goes on */
	(void)!write(STDERR_FILENO, masked, strlen(masked));
	free(text);
	arena_free(a);
}

void note(enum note_level level, const char *event, const char *format, ...)
{
	static const char *const levels[] = {"info", "warning", "error"};
	json_t *line = json_pack("{s:o,s:s,s:s,s:s}", "time", time_now(), "level", levels[level],
				 "program", program_name, "event", event);
	json_error_t error;
	json_t *more;
	va_list args;

	va_start(args, format);
	more = json_vpack_ex(&error, 0, format, args);
	va_end(args);
	if (more == NULL)
		more = json_pack("{s:s}", "unsayable", error.text);
	json_object_update_missing(line, more);
	write_line(line);
	json_decref(more);
	json_decref(line);
}
