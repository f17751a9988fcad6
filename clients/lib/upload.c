/* Files of rows into the service's imports. */
#include "lib/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/digest.h"
#include "lib/durable.h"
#include "lib/encode.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/note.h"
#include "lib/stop.h"
#include "lib/text.h"

enum { REPORT_PAGES_MAX = 10000 };

/* "<type>-<digest of the content>"; NULL with the failure in `out`. */
static const char *batch_of(struct arena *a, const struct upload *u, struct reply *out)
{
	int fd = open(u->path, O_RDONLY | O_CLOEXEC);
	const char *digest = fd >= 0 ? digest_file(a, fd) : NULL;

	if (digest == NULL)
		*out = (struct reply){.failure = arena_dup(a, strerror(errno))};
	if (fd >= 0)
		close(fd);
	return digest != NULL ? arena_printf(a, "%s-%s", u->type, digest) : NULL;
}

/* Reads the batch of that name; `*found` is NULL when there is none. False when not answered. */
static bool look_up(struct session *s, struct arena *a, const char *batch, struct reply *out,
		    json_t **found)
{
	const struct call call = {.method = "GET",
				  .path = arena_printf(a, "/imports?batch_id=%s", batch)};

	*found = NULL;
	if (!session_call(s, a, &call, out))
		return false;
	*found = json_array_get(json_object_get(out->json, "items"), 0);
	return true;
}

static bool is_state(const json_t *import, const char *state)
{
	const char *is = member_text(import, "state");

	return is != NULL && strcmp(is, state) == 0;
}

/* Sends what the service has not got yet of the batch. */
static bool send_rest(struct session *s, struct arena *a, const struct upload *u, json_t *import,
		      struct reply *out)
{
	const char *batch = member_text(import, "batch_id");
	long offset = (long)json_integer_value(json_object_get(import, "received_bytes"));
	const struct call call = {
		.method = "POST",
		.path = arena_printf(a, "/imports/%s?batch_id=%s&offset=%ld&delimiter=%s", u->type,
				     batch, offset, encode_percent(a, u->delimiter)),
		.file = u->path,
		.file_offset = offset,
		.content_type = u->content_type,
		.idempotency_key = arena_printf(a, "%s-%ld", batch, offset),
	};

	return session_call(s, a, &call, out);
}

/* Asks until every row is judged. */
static bool await_end(struct session *s, struct arena *a, const struct upload *u, json_t *import,
		      struct reply *out)
{
	const struct call call = {
		.method = "GET", .path = arena_printf(a, "/imports/%s", member_text(import, "id"))};

	do {
		if (!session_call(s, a, &call, out))
			return false;
		if (is_state(out->json, "DONE") || is_state(out->json, "FAILED"))
			return true;
		stop_wait(-1, u->poll_ms);
	} while (!stop_asked());
	*out = (struct reply){.failure = "stopping"};
	return false;
}

/* The number of the last row in a report's page, 0 when the page is empty. */
static json_int_t last_row(struct arena *a, const struct reply *page)
{
	char *text = arena_copy(a, page->text, page->size), *last;
	json_t *line;

	while (text[0] != '\0' && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	last = strrchr(text, '\n');
	line = member_keep(a, json_loads(last != NULL ? last + 1 : text, 0, NULL));
	return json_integer_value(json_object_get(line, "row"));
}

/* Gets the whole report, page by page, and lays it beside the spool. */
static bool fetch_report(struct session *s, struct arena *a, const struct upload *u, const char *id,
			 struct reply *out)
{
	json_t *headers = member_keep(a, json_pack("{s:s}", "Accept", "application/x-ndjson"));
	json_int_t after = 0;
	struct text whole;
	const char *why;

	text_init(&whole, a);
	for (unsigned page = 0; page < REPORT_PAGES_MAX; page++) {
		const struct call call = {.method = "GET",
					  .path = arena_printf(a, "/imports/%s/report?after=%lld",
							       id, (long long)after),
					  .headers = headers};
		json_int_t last;

		if (!session_call(s, a, &call, out))
			return false;
		last = out->size > 0 ? last_row(a, out) : 0;
		if (last <= after)
			break;
		text_add_bytes(&whole, out->text, out->size);
		after = last;
	}
	if (whole.length == 0)
		return true;
	if (!durable_write(a, u->report, whole.bytes, whole.length, &why)) {
		*out = (struct reply){.failure = why};
		return false;
	}
	return true;
}

static enum verdict judge(struct session *s, struct arena *a, const struct upload *u,
			  struct reply *out, json_t *receipt)
{
	json_t *import = out->json;
	json_t *counts = json_object_get(import, "counts");
	const char *id = member_text(import, "id");

	json_object_set(receipt, "import_id", json_object_get(import, "id"));
	json_object_set(receipt, "state", json_object_get(import, "state"));
	json_object_set(receipt, "counts", counts);
	note(NOTE_INFO, "imported", "{s:s,s:O?,s:O?}", "type", u->type, "state",
	     json_object_get(import, "state"), "counts", counts);
	if (!fetch_report(s, a, u, id, out))
		return verdict_of(out) == VERDICT_NEVER ? VERDICT_LATER : verdict_of(out);
	return is_state(import, "FAILED") ? VERDICT_NEVER : VERDICT_DONE;
}

enum verdict upload_run(struct session *s, struct arena *a, const struct upload *u,
			struct reply *out, json_t *receipt)
{
	const char *batch = batch_of(a, u, out);
	json_t *import;

	if (batch == NULL || !look_up(s, a, batch, out, &import))
		return VERDICT_LATER;
	if (import == NULL) /* none yet: as one of which nothing has come */
		import = member_keep(
			a, json_pack("{s:s,s:s}", "batch_id", batch, "state", "RECEIVING"));
	if (is_state(import, "RECEIVING")) {
		if (!send_rest(s, a, u, import, out))
			return verdict_of(out);
		import = out->json;
	}
	if (member_text(import, "id") == NULL || !await_end(s, a, u, import, out))
		return VERDICT_LATER;
	return judge(s, a, u, out, receipt);
}
