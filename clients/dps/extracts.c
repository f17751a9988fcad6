/* DIPS extracts: files in, admissions and their legal grounds out. */
#include "dps/extracts.h"

#include <string.h>

#include "lib/folder.h"
#include "lib/member.h"
#include "lib/upload.h"

enum { POLL_MS = 500 };

struct extracts {
	const char *type; /* of POST /imports/{type} */
	const char *reports, *delimiter;
};

static const char *media_type(const char *kind)
{
	if (strcmp(kind, "csv") == 0)
		return "text/csv; charset=utf-8";
	if (strcmp(kind, "ndjson") == 0 || strcmp(kind, "jsonl") == 0)
		return "application/x-ndjson";
	return NULL;
}

static enum verdict send_extract(struct delivery *d, struct arena *a, const struct spool_item *item,
				 struct reply *out, json_t *receipt)
{
	const struct extracts *e = d->context;
	const struct upload upload = {
		.type = e->type,
		.path = item->path,
		.content_type = media_type(item->kind),
		.delimiter = e->delimiter,
		.report = arena_printf(a, "%s/%s.ndjson", e->reports, item->id),
		.poll_ms = POLL_MS,
	};

	if (upload.content_type == NULL) {
		json_t *problem = json_pack("{s:s}", "code", "neither_csv_nor_ndjson");

		*out = (struct reply){.status = 415, .json = member_keep(a, problem)};
		return VERDICT_NEVER;
	}
	return upload_run(d->session, a, &upload, out, receipt);
}

static bool add(struct adapter *adapter, const char *type, const char *setting, const char *spool,
		const char **why)
{
	struct extracts *e = arena_alloc(adapter->arena, sizeof(*e));
	const struct folder_setup setup = {
		.adapter = adapter,
		.folder = adapter_folder(adapter, setting, why),
		.settle_ms = settings_number(&adapter->settings, "extracts.settle_ms"),
		.spool = spool,
		.send = send_extract,
		.context = e,
	};

	e->type = type;
	e->delimiter = settings_text(&adapter->settings, "extracts.delimiter");
	e->reports = adapter_folder(adapter, "extracts.reports", why);
	return setup.folder != NULL && e->reports != NULL && folder_add(&setup, why);
}

bool extracts_add(struct adapter *adapter, const char **why)
{
	if (!add(adapter, "admissions", "extracts.folder", "extracts", why))
		return false;
	return settings_text(&adapter->settings, "extracts.legal_periods") == NULL ||
	       add(adapter, "legal-periods", "extracts.legal_periods", "legal-periods", why);
}
