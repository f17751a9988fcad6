/* Serves what the daemon enforces: the contract, its problems, machines and access matrix. */
#include <string.h>

#include "api/negotiate.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/service.h"
#include "auth/random.h"

/* A document that changes only with the program: its ETag is its hash. */
static enum outcome constant(struct request *r, const char *text)
{
	char hash[65];
	const char *etag;

	random_sha256_hex(text, hash);
	etag = arena_printf(r->arena, "\"0-%.16s\"", hash);
	reply_header(r, "ETag", etag);
	if (negotiate_none_match(request_header_list(r, "If-None-Match"), etag)) {
		r->reply.status = 304;
		r->reply.body = NULL;
		return ANSWERED;
	}
	return ops_json(r, text);
}

static enum outcome constant_object(struct request *r, json_t *object)
{
	ops_object(r, object);
	return constant(r, r->reply.body);
}

static const json_t *part(const char *name)
{
	return json_object_get(service.contract->document, name);
}

enum outcome ops_openapi(struct request *r)
{
	return constant(r, service.contract->text);
}

static json_t *problem_object(const char *code, const json_t *entry)
{
	json_t *o = json_deep_copy(entry);

	json_object_set_new(o, "code", json_string(code));
	json_object_set_new(o, "type", json_pack("s+", "/api/v1/problems/", code));
	return o;
}

enum outcome ops_problems(struct request *r)
{
	json_t *items = json_array(), *entry;
	const char *code;
	void *all = (json_t *)(uintptr_t)part("x-problems");

	json_object_foreach(all, code, entry)
	{
		json_array_append_new(items, problem_object(code, entry));
	}
	return constant_object(
		r, json_pack("{s:o, s:{s:s}}", "items", items, "links", "self", r->in.raw_path));
}

enum outcome ops_problem(struct request *r)
{
	const char *code = request_parameter(r, IN_PATH, "code");
	const json_t *entry = problem_entry(code);

	if (entry == NULL) {
		problem(r, "not_found", NULL);
		return ANSWERED;
	}
	return constant_object(r, problem_object(code, entry));
}

enum outcome ops_machines(struct request *r)
{
	json_t *items = json_array(), *machine;
	const char *name;
	void *all = (json_t *)(uintptr_t)part("x-state-machines");

	json_object_foreach(all, name, machine)
	{
		json_array_append_new(items, json_deep_copy(machine));
	}
	return constant_object(
		r, json_pack("{s:o, s:{s:s}}", "items", items, "links", "self", r->in.raw_path));
}

enum outcome ops_machine(struct request *r)
{
	const json_t *machine =
		json_object_get(part("x-state-machines"), request_parameter(r, IN_PATH, "name"));

	if (machine == NULL) {
		problem(r, "not_found", NULL);
		return ANSWERED;
	}
	return constant_object(r, json_deep_copy(machine));
}

enum outcome ops_matrix(struct request *r)
{
	return constant_object(r, json_deep_copy(part("x-access-matrix")));
}
