/* The service's news as files, in their order, each once. */
#include "dps/changes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/drop.h"
#include "lib/durable.h"
#include "lib/encode.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/note.h"
#include "lib/pace.h"
#include "lib/stop.h"

enum {
	PACE_FIRST_MS = 1000,
	PACE_MOST_MS = 5 * 60 * 1000,
	PLACE_DIGITS = 18,
	EMPTY_PAUSE_MS = 200
};

struct changes {
	struct session *session;
	struct pace pace;
	const char *folder, *cursor; /* the inbox; the file that holds the place reached */
	const char *entities;	     /* query, encoded: "&entities=…" or "" */
	const char *begin;	     /* the first place ever: "0" or "now" */
	long wait_s;
	char after[PLACE_DIGITS + 1]; /* the place reached; "" before the first answer */
};

static const char *name_of(struct arena *a, const char *place)
{
	return arena_printf(a, "%018" PRIu64 ".json", (uint64_t)strtoull(place, NULL, 10));
}

/* A staged event that the cursor has passed was committed. */
static bool is_committed(void *context, const char *name)
{
	const struct changes *c = context;

	return strtoull(name, NULL, 10) <= strtoull(c->after, NULL, 10);
}

/* Every event of the answer under its hidden name. */
static bool stage(const struct changes *c, struct arena *a, const json_t *items, const char **why)
{
	const json_t *event;
	size_t i;

	json_array_foreach(items, i, event)
	{
		const char *place = member_text(event, "id");
		const char *text = arena_printf(a, "%s\n", member_dump(a, event, JSON_COMPACT));

		if (place == NULL || strspn(place, "0123456789") != strlen(place)) {
			*why = "an event without a place";
			return false;
		}
		if (!drop_stage(a, c->folder, name_of(a, place), text, why))
			return false;
	}
	return true;
}

static bool publish(const struct changes *c, struct arena *a, const json_t *items, const char **why)
{
	const json_t *event;
	size_t i;

	json_array_foreach(items, i, event)
	{
		if (!drop_publish(a, c->folder, name_of(a, member_text(event, "id")), why))
			return false;
	}
	return true;
}

/* The place reached becomes the one from which the next answer goes on, also after a crash. */
static bool commit(struct changes *c, struct arena *a, json_int_t after, const char **why)
{
	const char *text = arena_printf(a, "%" JSON_INTEGER_FORMAT "\n", after);

	if (c->after[0] != '\0' && strtoll(c->after, NULL, 10) == after)
		return true;
	if (!durable_write(a, c->cursor, text, strlen(text), why))
		return false;
	memcpy(c->after, text, strlen(text));
	c->after[strlen(text) - 1] = '\0';
	return true;
}

static bool keep(struct changes *c, struct arena *a, const json_t *answer)
{
	const json_t *items = json_object_get(answer, "items");
	json_int_t after = json_integer_value(json_object_get(answer, "after"));
	const char *why = "";

	if (!stage(c, a, items, &why) || !commit(c, a, after, &why) ||
	    !publish(c, a, items, &why)) {
		note(NOTE_ERROR, "inbox", "{s:s}", "why", why);
		return false;
	}
	if (json_array_size(items) > 0)
		note(NOTE_INFO, "changes", "{s:i,s:I}", "count", (int)json_array_size(items),
		     "after", after);
	return true;
}

static struct turn wait_after(struct changes *c, const struct reply *reply)
{
	long pause = pace_next(&c->pace, reply, 0, 0);

	if (!stop_asked())
		note(NOTE_WARNING, "waits", "{s:i,s:O*,s:i}", "status", reply->status, "code",
		     json_object_get(reply->json, "code"), "next_ms", (int)pause);
	return (struct turn){.pause_ms = pause, .waits = true};
}

static struct turn round_of(void *state, struct arena *a)
{
	struct changes *c = state;
	const struct call call = {
		.method = "GET",
		.path = arena_printf(a, "/changes?limit=200&wait=%ld&after=%s%s", c->wait_s,
				     c->after[0] != '\0' ? c->after : c->begin, c->entities)};
	struct reply reply;
	bool more;

	if (!session_call(c->session, a, &call, &reply) || !json_is_object(reply.json))
		return wait_after(c, &reply);
	if (!keep(c, a, reply.json))
		return wait_after(c, &reply);
	c->pace.failures = 0;
	more = json_is_true(json_object_get(reply.json, "more"));
	/* the service holds an empty answer back; one that comes at once must not make us spin */
	return (struct turn){
		.pause_ms = more || json_array_size(json_object_get(reply.json, "items")) > 0
				    ? 0
				    : EMPTY_PAUSE_MS};
}

static void end(void *state)
{
	session_free(((struct changes *)state)->session);
}

/* The place that was reached before, when the file holds one. */
static bool read_cursor(struct changes *c, struct arena *a, const char **why)
{
	size_t size;
	char *text;

	if (!file_exists(c->cursor))
		return true;
	text = file_read(a, c->cursor, &size, why);
	if (text == NULL)
		return false;
	text[strcspn(text, "\r\n")] = '\0';
	if (strlen(text) > PLACE_DIGITS || text[strspn(text, "0123456789")] != '\0') {
		*why = "the cursor is not a number";
		return false;
	}
	memcpy(c->after, text, strlen(text) + 1);
	return true;
}

bool changes_add(struct adapter *adapter, const char **why)
{
	struct arena *a = adapter->arena;
	const struct settings *s = &adapter->settings;
	const char *directory = adapter_directory(adapter, "changes", why);
	const char *entities = settings_text(s, "changes.entities");
	struct changes *c = arena_alloc(a, sizeof(*c));

	c->folder = adapter_folder(adapter, "changes.folder", why);
	if (directory == NULL || c->folder == NULL)
		return false;
	c->cursor = arena_printf(a, "%s/cursor", directory);
	durable_sweep(a, directory);
	c->entities = entities != NULL
			      ? arena_printf(a, "&entities=%s", encode_percent(a, entities))
			      : "";
	c->begin = strcmp(settings_text(s, "changes.begin"), "now") == 0 ? "now" : "0";
	c->wait_s = adapter->once ? 0 : settings_number(s, "changes.wait_s");
	c->pace = (struct pace){.first_ms = PACE_FIRST_MS, .most_ms = PACE_MOST_MS};
	if (!read_cursor(c, a, why) || !drop_recover(a, c->folder, is_committed, c, why))
		return false;
	c->session = adapter_session(adapter, why);
	if (c->session != NULL)
		adapter_add(adapter,
			    &(struct duty){
				    .name = "changes", .state = c, .round = round_of, .end = end});
	return c->session != NULL;
}
