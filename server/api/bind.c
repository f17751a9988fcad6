/* Looks up the values that a statement names. */
#include "api/bind.h"

#include <string.h>

#include "api/caller.h"
#include "api/explain.h"
#include "api/fhir.h"
#include "api/fhir_codes.h"
#include "api/fhir_native.h"
#include "api/fhir_question.h"
#include "api/principal.h"
#include "api/service.h"
#include "auth/random.h"
#include "auth/webhook.h"
#include "base/config.h"

enum from { REQUEST, PRINCIPAL, ACCESS, BINDING, TOKEN };

/* Text members that statements know by name; alphabetical within each group. */
static const struct member {
	const char *name;
	enum from from;
	size_t offset;
} members[] = {
#define MEMBER(n, group, type, member)                                                             \
	{                                                                                          \
		n, group, offsetof(struct type, member)                                            \
	}
	MEMBER("auth.agency_id", PRINCIPAL, principal, agency_id),
	MEMBER("auth.agency_type", PRINCIPAL, principal, agency_type),
	MEMBER("auth.attestation", PRINCIPAL, principal, attestation),
	MEMBER("auth.citizen_hashes", PRINCIPAL, principal, citizen_hashes),
	MEMBER("auth.citizen_id", PRINCIPAL, principal, citizen_id),
	MEMBER("auth.generation", PRINCIPAL, principal, generation),
	MEMBER("auth.hpr_number", PRINCIPAL, principal, hpr_number),
	MEMBER("auth.name", PRINCIPAL, principal, name),
	MEMBER("auth.purpose", REQUEST, request, purpose),
	MEMBER("auth.role", PRINCIPAL, principal, role),
	MEMBER("auth.scope", PRINCIPAL, principal, scope),
	MEMBER("auth.staff_id", PRINCIPAL, principal, staff_id),
	MEMBER("auth.subject", PRINCIPAL, principal, subject),
	MEMBER("auth.unit_id", PRINCIPAL, principal, unit_id),
	MEMBER("auth.unit_ids", PRINCIPAL, principal, unit_ids),
	MEMBER("body", REQUEST, request, body_text),
	MEMBER("content", BINDING, binding, content),
	MEMBER("delivery.busy", BINDING, binding, delivery_busy),
	MEMBER("delivery.id", BINDING, binding, delivery_id),
	MEMBER("delivery.most", BINDING, binding, delivery_most),
	MEMBER("delivery.outcome", BINDING, binding, delivery_outcome),
	MEMBER("delivery.subscription_id", BINDING, binding, subscription_id),
	MEMBER("delivery.told", BINDING, binding, delivery_told),
	MEMBER("gate.category", ACCESS, access, category),
	MEMBER("gate.cell", ACCESS, access, cell),
	MEMBER("gate.cells", ACCESS, access, cells),
	MEMBER("gate.gates", ACCESS, access, gates),
	MEMBER("gate.number", ACCESS, access, number),
	MEMBER("gate.patient_id", BINDING, binding, patient_id),
	MEMBER("gate.resource", ACCESS, access, resource),
	MEMBER("given", BINDING, binding, given),
	MEMBER("idempotency.hash", REQUEST, request, idempotency_hash),
	MEMBER("idempotency.location", BINDING, binding, location),
	MEMBER("idempotency.scope", REQUEST, request, idempotency_scope),
	MEMBER("idempotency.status", BINDING, binding, status),
	MEMBER("job.kind", BINDING, binding, job_kind),
	MEMBER("machine.action", BINDING, binding, machine_action),
	MEMBER("machine.from", BINDING, binding, machine_from),
	MEMBER("machine.refusal", BINDING, binding, machine_refusal),
	MEMBER("machine.to", BINDING, binding, machine_to),
	MEMBER("new.id", REQUEST, request, new_id),
	MEMBER("new.receipt", REQUEST, request, receipt),
	MEMBER("new.receipt_hash", REQUEST, request, receipt_hash),
	MEMBER("news.after", BINDING, binding, news_after),
	MEMBER("request.about", BINDING, binding, about),
	MEMBER("request.action", BINDING, binding, action),
	MEMBER("request.reason", BINDING, binding, reason),
	MEMBER("token.agency_id", TOKEN, identity, agency_id),
	MEMBER("token.hpr_number", TOKEN, identity, hpr_number),
	MEMBER("token.identify_by", TOKEN, identity, identify_by),
	MEMBER("token.issuer_id", TOKEN, identity, issuer_id),
	MEMBER("token.proof", BINDING, binding, proof_digest),
	MEMBER("token.proof_seconds", BINDING, binding, proof_seconds),
	MEMBER("token.role", TOKEN, identity, role),
	MEMBER("token.role_ceiling", TOKEN, identity, role_ceiling),
	MEMBER("token.seal", BINDING, binding, token_seal),
	MEMBER("token.subject", TOKEN, identity, subject),
#undef MEMBER
};

/* Where a parameter's value comes from, found once for each statement. */
struct source {
	const struct member *member; /* or: */
	const char *path, *query;    /* name of a parameter of the request, or: */
	const char *(*computed)(const struct binding *b);
};

/* What a statement's parameters come from; in the order of the statements' indexes. */
static struct plan {
	const struct source *sources;
} * plans;

static const struct member *member_find(const char *name)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

static const char *member_value(const struct binding *b, const struct member *m)
{
	const struct request *r = b->request;
	const void *const bases[] = {[REQUEST] = r,
				     [PRINCIPAL] = r->principal,
				     [ACCESS] = &r->access,
				     [BINDING] = b,
				     [TOKEN] = b->token};
	const char *value;

	if (bases[m->from] == NULL)
		return NULL;
	memcpy(&value, (const char *)bases[m->from] + m->offset, sizeof(value));
	return value;
}

/* An entity tag of ours, `"3"` or `"3-hash"`, at the head of If-Match; length 0 when it is none. */
static size_t version_digits(const char *etag)
{
	size_t digits = *etag == '"' ? strspn(etag + 1, "0123456789") : 0;
	const char *end = etag + 1 + digits;

	if (digits == 0 || digits > 9)
		return 0;
	if (*end == '-')
		end += 1 + strspn(end + 1, "0123456789abcdefghijklmnopqrstuvwxyz");
	return *end == '"' ? digits : 0;
}

const char *bind_version(const struct request *r)
{
	const char *etag = request_header(r, "If-Match");

	if (etag == NULL)
		return NULL;
	etag += strspn(etag, " \t");

	size_t digits = version_digits(etag);

	return digits == 0 ? "-1" : arena_copy(r->arena, etag + 1, digits);
}

static const char *if_match(const struct binding *b)
{
	return b->request->if_match != NULL ? b->request->if_match : bind_version(b->request);
}

/* Only a read can be "not modified". */
static const char *if_none_match(const struct binding *b)
{
	return b->request->op->method == METHOD_GET
		       ? request_header_list(b->request, "If-None-Match")
		       : NULL;
}

static const char *idempotency_key(const struct binding *b)
{
	return request_header(b->request, "Idempotency-Key");
}

static const char *base_of_fhir(const struct binding *b)
{
	return fhir_base(b->request->arena);
}

static const char *type_of_fhir(const struct binding *b)
{
	const struct request *r = b->request;

	return r->written != NULL ? r->written->type : fhir_type(r->op);
}

static const char *asked_of_fhir(const struct binding *b)
{
	return b->request->search == NULL ? NULL : fhir_question(b->request);
}

static const char *codes_of_fhir(const struct binding *b)
{
	return fhir_codes(b->request);
}

static const char *request_id(const struct binding *b)
{
	return b->request->id;
}

static const char *trace_id(const struct binding *b)
{
	return b->request->trace_id;
}

static const char *operation_id(const struct binding *b)
{
	return b->request->op->id;
}

static const char *caller(const struct binding *b)
{
	return caller_text(b->request);
}

static const char *is_write(const struct binding *b)
{
	return strcmp(b->request->op->action, "read") == 0 ||
			       strcmp(b->request->op->action, "search") == 0
		       ? "false"
		       : "true";
}

static const char *base_url(const struct binding *b)
{
	(void)b;
	return config.base_url;
}

/* The hash of a receipt that stands in the path, "3ZK8Q-….ics": the secret itself never reaches
 * SQL. */
static const char *receipt_hash(const struct binding *b)
{
	const char *file = request_parameter(b->request, IN_PATH, "receipt");
	char receipt[RANDOM_RECEIPT_SIZE], hash[RANDOM_SHA256_HEX_SIZE];

	if (file == NULL ||
	    !random_receipt_read(arena_copy(b->request->arena, file, strcspn(file, ".")), receipt))
		return NULL;
	random_sha256_hex(receipt, hash);
	return arena_dup(b->request->arena, hash);
}

static const char *matrix_as_met(const struct binding *b)
{
	return explain_matrix(b->request);
}

/* What the log row is about: the thing in the path, or what a POST makes. */
static const char *resource_id(const struct binding *b)
{
	const char *id = request_parameter(b->request, IN_PATH, "id");

	return b->path_id != NULL ? b->path_id : id != NULL ? id : b->request->new_id;
}

/* What the job threads give their statements by themselves; no request has it. */
static const char *of_job(const struct binding *b)
{
	(void)b;
	return NULL;
}

/* One for each request: its parts are asked for one by one. */
static const struct webhook_key *new_key(const struct binding *b)
{
	struct request *r = b->request;

	if (r->webhook_key == NULL) {
		r->webhook_key = arena_alloc(r->arena, sizeof(*r->webhook_key));
		webhook_key_make(r->webhook_key);
	}
	return r->webhook_key;
}

static const char *webhook_secret(const struct binding *b)
{
	return seal_make(service.seals, b->request->arena, new_key(b)->secret);
}

static const char *webhook_signing(const struct binding *b)
{
	return seal_make(service.seals, b->request->arena, new_key(b)->signing);
}

static const char *webhook_public(const struct binding *b)
{
	return new_key(b)->public;
}

static const struct {
	const char *name;
	const char *(*value)(const struct binding *b);
} functions[] = {
	{"fhir.asked", asked_of_fhir},
	{"fhir.base", base_of_fhir},
	{"fhir.codes", codes_of_fhir},
	{"fhir.type", type_of_fhir},
	{"gate.matrix", matrix_as_met},
	{"gate.write", is_write},
	{"header.if_match", if_match},
	{"header.if_none_match", if_none_match},
	{"idempotency.key", idempotency_key},
	{"receipt.hash", receipt_hash},
	{"request.caller", caller},
	{"request.id", request_id},
	{"new.webhook_public", webhook_public},
	{"new.webhook_secret", webhook_secret},
	{"new.webhook_signing", webhook_signing},
	{"request.operation", operation_id},
	{"request.resource_id", resource_id},
	{"request.trace_id", trace_id},
	{"service.base_url", base_url},
};

static bool source_find(const char *name, struct source *out)
{
	*out = (struct source){.member = member_find(name)};
	if (strncmp(name, "path.", 5) == 0)
		out->path = name + 5;
	if (strncmp(name, "query.", 6) == 0)
		out->query = name + 6;
	if (out->member == NULL && strncmp(name, "job.", 4) == 0)
		out->computed = of_job;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].name, name) == 0)
			out->computed = functions[i].value;
	return out->member != NULL || out->path != NULL || out->query != NULL ||
	       out->computed != NULL;
}

bool bind_known(const char *name)
{
	struct source source;

	return source_find(name, &source);
}

const char *bind_prepare(struct arena *a)
{
	plans = arena_alloc(a, statements_count() * sizeof(struct plan));
	for (size_t i = 0; i < statements_count(); i++) {
		const struct statement *s = statement_at(i);
		struct source *list = arena_alloc(a, s->parameter_count * sizeof(*list));

		for (size_t p = 0; p < s->parameter_count; p++)
			if (!source_find(s->parameters[p], &list[p]))
				return arena_printf(a, "statement '%s' uses unknown ':%s'", s->name,
						    s->parameters[p]);
		plans[i].sources = list;
	}
	return NULL;
}

static const char *source_value(const struct binding *b, const struct source *s)
{
	if (s->member != NULL)
		return member_value(b, s->member);
	if (s->computed != NULL)
		return s->computed(b);
	if (s->query != NULL)
		return request_parameter(b->request, IN_QUERY, s->query);
	if (b->path_id != NULL && strcmp(s->path, "id") == 0)
		return b->path_id;
	return request_parameter(b->request, IN_PATH, s->path);
}

const char *const *bind_values(const struct binding *b, const struct statement *s)
{
	const char **values = arena_alloc(b->request->arena, s->parameter_count * sizeof(char *));

	for (size_t i = 0; i < s->parameter_count; i++)
		values[i] = source_value(b, &plans[s->index].sources[i]);
	return values;
}
