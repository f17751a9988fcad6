/* From the service's inbox to files that a spreadsheet or a record system reads. */
#include "municipality/worklist.h"

#include <ctype.h>
#include <string.h>

#include "lib/csv.h"
#include "lib/durable.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/note.h"
#include "lib/pace.h"
#include "lib/pages.h"

enum { PACE_FIRST_MS = 1000, PACE_MOST_MS = 5 * 60 * 1000 };

struct worklist {
	struct session *session;
	struct pace pace;
	const char *folder, *kinds;
	long interval_ms;
};

static const char *const columns[] = {"id",	"status",  "severity", "since",
				      "due_at", "overdue", "title_nb", "href"};
enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

static void add_item(struct text *out, const json_t *item)
{
	struct text line;

	text_init(&line, out->arena);
	for (size_t i = 0; i < COLUMNS; i++)
		csv_add_shown(&line, ';',
			      member_readable(out->arena, json_object_get(item, columns[i])));
	text_printf(out, "%s\r\n", line.bytes);
}

/* The whole list of that kind as a file's text; NULL with the answer when it cannot be had. */
static const char *fetch(struct worklist *w, struct arena *a, const char *kind, struct reply *page)
{
	const struct call call = {.method = "GET",
				  .path = arena_printf(a, "/inbox?limit=200&kind=%s", kind)};
	struct text out, header;
	struct pages pages;

	text_init(&out, a);
	text_init(&header, a);
	for (size_t i = 0; i < COLUMNS; i++)
		csv_add(&header, ';', columns[i]);
	text_printf(&out, "\xef\xbb\xbf%s\r\n", header.bytes); /* Excel takes the mark for UTF-8 */
	pages_init(&pages, w->session, a, &call);
	while (pages_next(&pages, a, page)) {
		const json_t *item;
		size_t i;

		json_array_foreach(pages_items(page), i, item)
		{
			add_item(&out, item);
		}
	}
	return pages.failed ? NULL : out.bytes;
}

static const char *path_of(const struct worklist *w, struct arena *a, const char *kind)
{
	char *name = arena_dup(a, kind);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return arena_printf(a, "%s/%s.csv", w->folder, name);
}

/* Replaces the file when the list has changed. */
static void keep(const struct worklist *w, struct arena *a, const char *kind, const char *text)
{
	const char *path = path_of(w, a, kind), *why = "";
	size_t size;
	const char *old = file_exists(path) ? file_read(a, path, &size, &why) : NULL;

	if (old != NULL && strcmp(old, text) == 0)
		return;
	if (durable_write(a, path, text, strlen(text), &why))
		note(NOTE_INFO, "worklist", "{s:s}", "kind", kind);
	else
		note(NOTE_ERROR, "disk", "{s:s}", "why", why);
}

static struct turn round_of(void *state, struct arena *a)
{
	struct worklist *w = state;
	char *kinds = arena_dup(a, w->kinds), *kind;

	while ((kind = strsep(&kinds, " \t")) != NULL) {
		struct reply page = {.status = 0};
		const char *text;

		if (kind[0] == '\0')
			continue;
		text = fetch(w, a, kind, &page);
		if (text == NULL) {
			long pause = pace_next(&w->pace, &page, 0, 0);

			note(NOTE_WARNING, "waits", "{s:i,s:O*,s:i}", "status", page.status, "code",
			     json_object_get(page.json, "code"), "next_ms", (int)pause);
			return (struct turn){.pause_ms = pause, .waits = true};
		}
		keep(w, a, kind, text);
	}
	w->pace.failures = 0;
	return (struct turn){.pause_ms = w->interval_ms};
}

static void end(void *state)
{
	session_free(((struct worklist *)state)->session);
}

bool worklist_add(struct adapter *adapter, const char **why)
{
	struct worklist *w = arena_alloc(adapter->arena, sizeof(*w));

	w->folder = adapter_folder(adapter, "worklist.folder", why);
	w->kinds = settings_text(&adapter->settings, "worklist.kinds");
	w->interval_ms = 1000 * settings_number(&adapter->settings, "worklist.interval_s");
	w->pace = (struct pace){.first_ms = PACE_FIRST_MS, .most_ms = PACE_MOST_MS};
	w->session = w->folder != NULL ? adapter_session(adapter, why) : NULL;
	if (w->session == NULL)
		return false;
	adapter_add(adapter,
		    &(struct duty){.name = "worklist", .state = w, .round = round_of, .end = end});
	return true;
}
