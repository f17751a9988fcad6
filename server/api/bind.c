/* Looks up the values that a statement names. */
#include "api/bind.h"

#include <string.h>

#include "api/principal.h"

enum from { REQUEST, PRINCIPAL, ACCESS, BINDING };

/* Text members that statements know by name; alphabetical within each group. */
static const struct member {
	const char *name;
	enum from from;
	size_t offset;
} members[] = {
#define MEMBER(n, group, type, member) {n, group, offsetof(struct type, member)}
	MEMBER("auth.agency_id", PRINCIPAL, principal, agency_id),
	MEMBER("auth.agency_type", PRINCIPAL, principal, agency_type),
	MEMBER("auth.attestation", PRINCIPAL, principal, attestation),
	MEMBER("auth.citizen_hashes", PRINCIPAL, principal, citizen_hashes),
	MEMBER("auth.citizen_id", PRINCIPAL, principal, citizen_id),
	MEMBER("auth.generation", PRINCIPAL, principal, generation),
	MEMBER("auth.hpr_number", PRINCIPAL, principal, hpr_number),
	MEMBER("auth.name", PRINCIPAL, principal, name),
	MEMBER("auth.purpose", PRINCIPAL, principal, purpose),
	MEMBER("auth.role", PRINCIPAL, principal, role),
	MEMBER("auth.staff_id", PRINCIPAL, principal, staff_id),
	MEMBER("auth.subject", PRINCIPAL, principal, subject),
	MEMBER("auth.unit_id", PRINCIPAL, principal, unit_id),
	MEMBER("auth.unit_ids", PRINCIPAL, principal, unit_ids),
	MEMBER("body", REQUEST, request, body_text),
	MEMBER("gate.category", ACCESS, access, category),
	MEMBER("gate.cell", ACCESS, access, cell),
	MEMBER("gate.gates", ACCESS, access, gates),
	MEMBER("gate.number", ACCESS, access, number),
	MEMBER("gate.patient_id", BINDING, binding, patient_id),
	MEMBER("gate.resource", ACCESS, access, resource),
	MEMBER("idempotency.hash", REQUEST, request, idempotency_hash),
	MEMBER("idempotency.location", BINDING, binding, location),
	MEMBER("idempotency.scope", REQUEST, request, idempotency_scope),
	MEMBER("idempotency.status", BINDING, binding, status),
	MEMBER("machine.action", BINDING, binding, machine_action),
	MEMBER("machine.from", BINDING, binding, machine_from),
	MEMBER("machine.to", BINDING, binding, machine_to),
	MEMBER("new.id", REQUEST, request, new_id),
	MEMBER("new.receipt", REQUEST, request, receipt),
	MEMBER("new.receipt_hash", REQUEST, request, receipt_hash),
	MEMBER("request.action", BINDING, binding, action),
	MEMBER("request.reason", BINDING, binding, reason),
	MEMBER("token.agency_id", BINDING, binding, token_agency),
	MEMBER("token.role", BINDING, binding, token_role),
	MEMBER("token.seal", BINDING, binding, token_seal),
	MEMBER("token.subject", BINDING, binding, token_subject),
#undef MEMBER
};

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
				     [BINDING] = b};
	const char *value;

	if (bases[m->from] == NULL)
		return NULL;
	memcpy(&value, (const char *)bases[m->from] + m->offset, sizeof(value));
	return value;
}

/* The version in `"3-hash"`; "-1", which never matches, for anything else. */
static const char *version_of(const struct request *r, const char *etag)
{
	size_t digits;

	if (etag == NULL)
		return NULL;
	etag += *etag == '"';
	digits = strspn(etag, "0123456789");
	return digits == 0 || digits > 9 ? "-1" : arena_copy(r->arena, etag, digits);
}

const char *bind_version(const struct request *r)
{
	return version_of(r, request_header(r, "If-Match"));
}

static const char *computed(const struct binding *b, const char *name)
{
	struct request *r = b->request;
	const char *id = request_parameter(r, IN_PATH, "id");

	if (strcmp(name, "header.if_match") == 0)
		return bind_version(r);
	if (strcmp(name, "header.if_none_match") == 0)
		return r->op->method == METHOD_GET ? request_header(r, "If-None-Match") : NULL;
	if (strcmp(name, "idempotency.key") == 0)
		return request_header(r, "Idempotency-Key");
	if (strcmp(name, "request.id") == 0)
		return r->id;
	if (strcmp(name, "request.trace_id") == 0)
		return r->trace_id;
	if (strcmp(name, "request.operation") == 0)
		return r->op->id;
	if (strcmp(name, "request.resource_id") == 0)
		return b->path_id != NULL ? b->path_id : id != NULL ? id : r->new_id;
	return NULL;
}

static const char *value_of(const struct binding *b, const char *name)
{
	if (strncmp(name, "path.", 5) == 0) {
		if (b->path_id != NULL && strcmp(name + 5, "id") == 0)
			return b->path_id;
		return request_parameter(b->request, IN_PATH, name + 5);
	}
	if (strncmp(name, "query.", 6) == 0)
		return request_parameter(b->request, IN_QUERY, name + 6);

	const struct member *m = member_find(name);

	return m != NULL ? member_value(b, m) : computed(b, name);
}

bool bind_known(const char *name)
{
	static const char *const others[] = {"header.if_match",	   "header.if_none_match",
					     "idempotency.key",	   "request.id",
					     "request.trace_id",   "request.operation",
					     "request.resource_id"};

	if (member_find(name) != NULL || strncmp(name, "path.", 5) == 0 ||
	    strncmp(name, "query.", 6) == 0)
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i], name) == 0)
			return true;
	return false;
}

const char *const *bind_values(const struct binding *b, const struct statement *s)
{
	const char **values = arena_alloc(b->request->arena, s->parameter_count * sizeof(char *));

	for (size_t i = 0; i < s->parameter_count; i++)
		values[i] = value_of(b, s->parameters[i]);
	return values;
}
