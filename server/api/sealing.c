/* Personal numbers and secrets become seals before SQL sees a body; keys and receipts are derived
 * here too. */
#include "api/sealing.h"

#include <stdlib.h>
#include <string.h>

#include "api/principal.h"
#include "api/service.h"
#include "auth/random.h"
#include "domain/national_id.h"

struct sealing {
	struct request *request;
	bool sealed, failed;
};

/* The seal of a secret as it is, or of a number as it is compared; NULL when it cannot be sealed.
 */
static const char *seal_of(struct arena *a, const char *format, const json_t *value)
{
	const char *text = json_string_value(value);
	char number[NATIONAL_ID_SIZE];

	if (text == NULL || strlen(text) != json_string_length(value))
		return NULL;
	if (strcmp(format, "secret") == 0)
		return seal_secret(service.seals, a, text);
	return national_id_normalise(text, strlen(text), number)
		       ? seal_make(service.seals, a, number)
		       : NULL;
}

/* What cannot be sealed ends the request: in clear it goes nowhere. */
static void seal_in_place(void *context, const struct schema_found *found)
{
	struct sealing *s = context;

	if (strcmp(found->format, "secret") != 0 &&
	    strcmp(found->format, "norwegian-national-id") != 0)
		return;

	const json_t *value = found->key != NULL ? json_object_get(found->parent, found->key)
						 : json_array_get(found->parent, found->index);
	json_t *seal = json_string(seal_of(s->request->arena, found->format, value));

	s->sealed = true;
	/* neither takes NULL, which json_string() makes of what cannot be sealed */
	if (found->key != NULL ? json_object_set_new(found->parent, found->key, seal) == 0
			       : json_array_set_new(found->parent, found->index, seal) == 0)
		return;
	s->failed = true;
	faults_add(s->request->faults, found->pointer, "format", "cannot be kept sealed");
}

static bool is_reserved(const char *text)
{
	static const char *const marks[] = {"seal:", "open:seal:", "mask:seal:"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strncmp(text, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

/*
 * Whether a text or a member's name in the body would be taken for a seal in an answer: a stolen
 * seal, sent as plain text and read back, would come back open. Depth is bounded before parsing.
 */
static bool holds_reserved(const json_t *value)
{
	const char *key;
	size_t index;
	json_t *one;

	if (json_is_string(value))
		return is_reserved(json_string_value(value));
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		if (is_reserved(key) || holds_reserved(one))
			return true;
	}
	json_array_foreach(value, index, one)
	{
		if (holds_reserved(one))
			return true;
	}
	return false;
}

bool sealing_validate(struct request *r, const struct schema *schema)
{
	struct sealing s = {.request = r};
	const struct schema_visitor visitor = {.formatted = seal_in_place, .context = &s};

	if (holds_reserved(r->json)) {
		faults_add(r->faults, "", "reserved", "a text begins like a sealed number");
		return false;
	}
	if (schema != NULL && (!schema_validate(schema, r->json, r->faults, &visitor) || s.failed))
		return false;
	if (!s.sealed) {
		r->body_text = r->in.body;
		return true;
	}

	char *text = json_dumps(r->json, JSON_COMPACT | JSON_ENCODE_ANY);

	r->body_text = arena_dup(r->arena, text);
	free(text);
	return true;
}

static bool takes_key(const struct request *r)
{
	for (size_t i = 0; i < r->op->parameter_count; i++)
		if (strcmp(r->op->parameters[i].name, "Idempotency-Key") == 0)
			return request_header(r, "Idempotency-Key") != NULL;
	return false;
}

/* The receipt that is asked about, as people type it, or one for what is made. */
static void keep_receipt(struct request *r)
{
	const char *typed = json_string_value(json_object_get(r->json, "receipt"));
	char hash[RANDOM_SHA256_HEX_SIZE], receipt[RANDOM_RECEIPT_SIZE];

	if (typed == NULL || !random_receipt_read(typed, receipt)) {
		/* the same key and body give the same one again: a lost answer can be repeated */
		if (r->idempotency_scope != NULL)
			seal_receipt(service.seals,
				     arena_printf(r->arena, "%s %s %s", r->idempotency_scope,
						  request_header(r, "Idempotency-Key"),
						  r->idempotency_hash),
				     receipt);
		else
			random_receipt(receipt);
	}
	r->receipt = arena_dup(r->arena, receipt);
	random_sha256_hex(r->receipt, hash);
	r->receipt_hash = arena_dup(r->arena, hash);
}

/* Who acts for two agencies does each thing for one of them: the other's key is another key. */
static const char *scope_of(const struct request *r)
{
	const struct principal *p = r->principal;

	if (p == NULL)
		return arena_printf(r->arena, "public %s", r->op->id);
	return arena_printf(r->arena, "%s %s %s %s", p->issuer_id, p->subject,
			    p->agency_id == NULL ? "citizen" : p->agency_id, r->op->id);
}

void sealing_idempotency(struct request *r)
{
	char hash[RANDOM_SHA256_HEX_SIZE];

	if (r->op->method != METHOD_POST)
		return;
	if (takes_key(r)) {
		r->idempotency_scope = scope_of(r);
		/* keyed: a plain hash of a body that holds a personal number could be guessed */
		seal_mac_hex(service.seals,
			     arena_printf(r->arena, "%s\n%s", r->in.raw_path,
					  r->in.body == NULL ? "" : r->in.body),
			     hash);
		r->idempotency_hash = arena_dup(r->arena, hash);
	}
	if (!r->op->secured || json_is_true(json_object_get(r->op->extensions, "x-receipt")))
		keep_receipt(r);
}
