/* An extract of a record system becomes a file of import rows and is sent. */
#include "municipality/extract.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/folder.h"
#include "lib/member.h"
#include "lib/note.h"
#include "lib/upload.h"
#include "municipality/mapping.h"

enum { ROW_MEMORY = 4 * 1024 * 1024, POLL_MS = 500 };

struct extract {
	const char *import;
	struct mapping *mapping;
	bool windows;
	char delimiter;
	const char *reports, *work; /* folders */
};

/* Row by row, so that an extract of any size takes the same memory. */
static bool convert_rows(struct extract *e, struct csv *in, FILE *out, struct arena *a,
			 const char **why)
{
	struct csv_record row;

	if (!csv_next(in, a, &row, why)) {
		*why = *why != NULL ? *why : "the extract is empty";
		return false;
	}
	if (!mapping_bind(e->mapping, a, &row, why))
		return false;
	fprintf(out, "%s\r\n", mapping_header(e->mapping, a));
	while (csv_next(in, a, &row, why)) {
		fprintf(out, "%s\r\n", mapping_line(e->mapping, a, &row));
		arena_clear(a);
	}
	return *why == NULL && fflush(out) == 0 && ferror(out) == 0;
}

/* The extract as rows of the import, in a file of its own. False and `*why` in `a`. */
static bool convert(struct extract *e, struct arena *a, const char *from, const char *to,
		    const char **why)
{
	struct arena *rows = arena_new(ROW_MEMORY);
	struct csv in = {.in = fopen(from, "re"), .delimiter = e->delimiter, .windows = e->windows};
	FILE *out = fopen(to, "we");
	bool done = false;

	*why = "cannot open a file";
	if (in.in != NULL && out != NULL)
		done = convert_rows(e, &in, out, rows, why);
	if (in.in != NULL)
		fclose(in.in);
	if (out != NULL)
		done = fclose(out) == 0 && done;
	if (!done)
		*why = arena_dup(a, *why != NULL ? *why : "cannot write a file");
	arena_free(rows);
	return done;
}

/* An extract that is not what the configuration says: nothing is sent, people look at it. */
static enum verdict refuse(struct arena *a, const char *why, struct reply *out)
{
	*out = (struct reply){
		.status = 422,
		.json = member_keep(a, json_pack("{s:s,s:[{s:s,s:s}]}", "code", "invalid_extract",
						 "errors", "pointer", why, "code", "mapping")),
	};
	return VERDICT_NEVER;
}

static enum verdict send_extract(struct delivery *d, struct arena *a, const struct spool_item *item,
				 struct reply *out, json_t *receipt)
{
	struct extract *e = d->context;
	const char *rows = arena_printf(a, "%s/%s.csv", e->work, item->id), *why;
	const struct upload upload = {
		.type = e->import,
		.path = rows,
		.content_type = "text/csv; charset=utf-8",
		.delimiter = ";",
		.report = arena_printf(a, "%s/%s.ndjson", e->reports, item->id),
		.poll_ms = POLL_MS,
	};
	enum verdict verdict;

	if (!convert(e, a, item->path, rows, &why)) {
		unlink(rows);
		return refuse(a, why, out);
	}
	verdict = upload_run(d->session, a, &upload, out, receipt);
	unlink(rows);
	return verdict;
}

static const char *setting(const struct adapter *adapter, const char *import, const char *key)
{
	return settings_text(&adapter->settings,
			     arena_printf(adapter->arena, "%s.%s", import, key));
}

bool extract_add(struct adapter *adapter, const char *import, const char **why)
{
	struct arena *a = adapter->arena;
	struct extract *e = arena_alloc(a, sizeof(*e));
	struct folder_setup setup = {
		.adapter = adapter, .spool = import, .send = send_extract, .context = e};

	if (setting(adapter, import, "folder") == NULL)
		return true;
	setup.folder = adapter_folder(adapter, arena_printf(a, "%s.folder", import), why);
	setup.settle_ms = settings_number(&adapter->settings, "extracts.settle_ms");
	e->import = import;
	e->mapping = mapping_read(a, &adapter->settings, import, why);
	e->windows =
		strcmp(settings_text(&adapter->settings, "extracts.encoding"), "windows-1252") == 0;
	e->delimiter = settings_text(&adapter->settings, "extracts.delimiter")[0];
	e->delimiter = e->delimiter == 't' ? '\t' : e->delimiter;
	e->reports = adapter_folder(adapter, "extracts.reports", why);
	e->work = adapter_directory(adapter, "work", why);
	return setup.folder != NULL && e->mapping != NULL && e->reports != NULL &&
	       e->work != NULL && folder_add(&setup, why);
}
