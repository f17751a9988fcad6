/* Forms in a folder become concern reports, each with its receipt. */
#include "police/forms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/delivery.h"
#include "lib/durable.h"
#include "lib/file.h"
#include "lib/folder.h"
#include "lib/member.h"
#include "lib/note.h"
#include "police/form.h"

enum { ROUND_MEMORY = 64 * 1024 * 1024 };

/* The service's operation as its contract describes it today. */
static const struct operation *operation_of(struct session *s, struct arena *a, struct reply *out)
{
	const char *why;
	const struct contract *contract = contract_load(a, s, out, &why);

	return contract != NULL ? contract_operation(contract, "createConcernReport") : NULL;
}

/* The refusal of a form that does not fit the contract, made here so that nothing is sent. */
static enum verdict refuse(struct arena *a, const char *pointer, struct reply *out)
{
	*out = (struct reply){
		.status = 422,
		.json = member_keep(a, json_pack("{s:s,s:s,s:s,s:[{s:s,s:s}]}", "type",
						 "about:blank", "title", "the form does not fit",
						 "code", "invalid_form", "errors", "pointer",
						 pointer, "code", "not_of_the_contract")),
	};
	return VERDICT_NEVER;
}

/* What the officer keeps: which report it is, and how it stands. */
static bool keep_receipt(const char *folder, struct arena *a, const struct spool_item *item,
			 const struct reply *reply, const char **why)
{
	json_t *receipt = member_keep(
		a,
		json_pack("{s:O*,s:O*,s:O*,s:s}", "report_id", json_object_get(reply->json, "id"),
			  "status", json_object_get(reply->json, "status"), "received_at",
			  json_object_get(reply->json, "received_at"), "form", item->id));
	const char *text = arena_printf(a, "%s\n", member_dump(a, receipt, JSON_INDENT(2)));

	return durable_write(a, arena_printf(a, "%s/%s.json", folder, item->id), text, strlen(text),
			     why);
}

static enum verdict send_form(struct delivery *d, struct arena *a, const struct spool_item *item,
			      struct reply *out, json_t *receipt)
{
	const struct operation *op = operation_of(d->session, a, out);
	const char *pointer, *why;
	struct call call = {.method = "POST", .path = "/concern-reports"};
	size_t size;
	char *text = op != NULL ? file_read(a, item->path, &size, &why) : NULL;

	if (text == NULL)
		return VERDICT_LATER;
	call.body = form_read(a, op, text, &pointer);
	if (call.body == NULL)
		return refuse(a, pointer, out);
	call.idempotency_key = delivery_key(a, item);
	if (!session_call(d->session, a, &call, out))
		return verdict_of(out);
	json_object_set(receipt, "report_id", json_object_get(out->json, "id"));
	if (keep_receipt(d->context, a, item, out, &why))
		return VERDICT_DONE;
	note(NOTE_ERROR, "disk", "{s:s}", "why", why);
	return VERDICT_LATER; /* sent again with the same key, it is answered as it was */
}

bool forms_add(struct adapter *adapter, const char **why)
{
	struct folder_setup setup = {
		.adapter = adapter,
		.folder = adapter_folder(adapter, "forms.folder", why),
		.settle_ms = settings_number(&adapter->settings, "forms.settle_ms"),
		.spool = "forms",
		.send = send_form,
	};
	const char *receipts = adapter_folder(adapter, "forms.receipts", why);

	if (setup.folder == NULL || receipts == NULL)
		return false;
	setup.context = arena_dup(adapter->arena, receipts);
	return folder_add(&setup, why);
}

int forms_report(struct adapter *adapter, const char *path)
{
	const char *folder = settings_text(&adapter->settings, "forms.receipts"), *why = "", *id;
	struct arena *a = adapter->arena;
	struct folder *forms = adapter->duties[0].state;
	size_t size;
	char *text = file_read(a, path, &size, &why), *receipt;
	struct spool_content content = {.kind = "form", .bytes = text, .size = size};
	struct arena *round;

	if (text == NULL || !spool_put(folder_spool(forms), a, &content, &id, &why)) {
		fprintf(stderr, "samhandling-police: %s\n", why);
		return ADAPTER_DATA;
	}
	round = arena_new(ROUND_MEMORY);
	adapter->duties[0].round(forms, round);
	arena_free(round);
	switch (spool_look(folder_spool(forms), a, id)) {
	case SPOOL_DONE:
		receipt = file_read(a, arena_printf(a, "%s/%s.json", folder, id), &size, &why);
		fputs(receipt != NULL ? receipt : "sent before\n", stdout);
		return ADAPTER_DONE;
	case SPOOL_WAITING:
		fputs("samhandling-police: it waits in the spool and will be sent\n", stderr);
		return ADAPTER_WAITS;
	case SPOOL_UNKNOWN:
		break;
	}
	fprintf(stderr, "samhandling-police: refused; see refused/%s.json in the spool\n", id);
	return ADAPTER_DATA;
}
