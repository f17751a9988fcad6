/* Runs compiled schemas over values: rules in order, faults, alternatives. */
#include <stdio.h>
#include <string.h>

#include "contract/schema_check.h"
#include "contract/schema_run.h"

enum { FAULT_POINTER_MAX = 512, FAULT_DETAIL_MAX = 300 };

void faults_add(struct faults *f, const char *pointer, const char *code, const char *detail)
{
	if (f->count >= FAULTS_MAX)
		return;
	f->list[f->count++] = (struct fault){
		.pointer = arena_dup(f->arena, pointer),
		.code = arena_dup(f->arena, code),
		.detail = arena_dup(f->arena, detail),
	};
}

/* A pointer under construction, written from its end; what does not fit is cut at the front. */
struct backwards {
	char bytes[FAULT_POINTER_MAX];
	size_t start;
};

static void prepend(struct backwards *b, const char *s, size_t len)
{
	if (len > b->start) {
		s += len - b->start;
		len = b->start;
	}
	b->start -= len;
	memcpy(b->bytes + b->start, s, len);
}

static void prepend_key(struct backwards *b, const char *key)
{
	for (size_t i = strlen(key); i > 0 && b->start > 0; i--) {
		if (key[i - 1] == '~')
			prepend(b, "~0", 2);
		else if (key[i - 1] == '/')
			prepend(b, "~1", 2);
		else
			prepend(b, key + i - 1, 1);
	}
}

static const char *make_pointer(struct backwards *b, const struct step *at)
{
	b->start = sizeof(b->bytes) - 1;
	b->bytes[b->start] = '\0';
	for (; at != NULL && b->start > 0; at = at->up) {
		char number[24];

		if (at->key != NULL)
			prepend_key(b, at->key);
		else
			prepend(b, number,
				(size_t)snprintf(number, sizeof(number), "%zu", at->index));
		prepend(b, "/", 1);
	}
	/* a cut in the middle of a character would not be UTF-8 */
	while (((unsigned char)b->bytes[b->start] & 0xc0) == 0x80)
		b->start++;
	return b->bytes + b->start;
}

/* "minLength" → "min_length" */
static void snake_case(const char *name, char out[64])
{
	size_t n = 0;

	for (; *name != '\0' && n < 62; name++) {
		if (*name >= 'A' && *name <= 'Z')
			out[n++] = '_';
		out[n++] = (char)(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name);
	}
	out[n] = '\0';
}

bool run_fault(struct run *run, const struct rule *rule, const struct step *at, const char *detail,
	       ...)
{
	struct backwards pointer;
	char code[64], text[FAULT_DETAIL_MAX];
	va_list args;

	if (run->quiet)
		return false;
	va_start(args, detail);
	vsnprintf(text, sizeof(text), detail, args);
	va_end(args);
	snake_case(rule == NULL ? "notAllowed" : rule->keyword->name, code);
	faults_add(run->faults, make_pointer(&pointer, at), code, text);
	return false;
}

bool run_visit(struct run *run, const char *format, json_t *value, const struct step *at)
{
	if (!run->visits_wanted)
		return true;
	if (run->visit_count == SCHEMA_VISITS_MAX)
		return false;

	struct visit *v = arena_alloc(run->faults->arena, sizeof(*v));
	struct backwards pointer;

	*v = (struct visit){.next = run->visits, .value = value, .found = {.format = format}};
	v->found.pointer = arena_dup(run->faults->arena, make_pointer(&pointer, at));
	if (at != NULL) {
		v->found.parent = at->container;
		v->found.key = at->key;
		v->found.index = at->index;
	}
	run->visits = v;
	run->visit_count++;
	return true;
}

bool run_schema(struct run *run, const struct schema *s, json_t *value, const struct step *at)
{
	bool ok = true;

	if (s->kind == SCHEMA_FALSE)
		return run_fault(run, NULL, at, "is not allowed");
	for (const struct rule *rule = s->rules; rule != NULL; rule = rule->next) {
		if (rule->keyword->check(run, rule, value, at))
			continue;
		ok = false;
		/* sizes before patterns: what is too long is not looked at further */
		if (rule->keyword->rank != RANK_REST)
			break;
	}
	return ok;
}

bool run_quietly(struct run *run, const struct schema *s, json_t *value, const struct step *at)
{
	bool quiet = run->quiet;
	size_t count = run->visit_count;
	struct visit *visits = run->visits;

	run->quiet = true;

	bool ok = run_schema(run, s, value, at);

	run->quiet = quiet;
	if (!ok) {
		run->visits = visits;
		run->visit_count = count;
	}
	return ok;
}

/* --- keywords that apply schemas to the same value ---------------------------------------------
 */

bool check_ref(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return run_schema(r, rule->schema, v, at);
}

bool check_all_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	bool ok = true;

	for (size_t i = 0; i < rule->count; i++)
		ok = run_schema(r, rule->schemas[i], v, at) && ok;
	return ok;
}

/* All alternatives are tried, so that whatever is to be visited under any of them is. */
static size_t count_holding(struct run *r, const struct rule *rule, json_t *v,
			    const struct step *at)
{
	size_t holding = 0;

	for (size_t i = 0; i < rule->count; i++)
		holding += run_quietly(r, rule->schemas[i], v, at);
	return holding;
}

bool check_any_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return count_holding(r, rule, v, at) > 0 ||
	       run_fault(r, rule, at, "must fit at least one of the alternatives");
}

bool check_one_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return count_holding(r, rule, v, at) == 1 ||
	       run_fault(r, rule, at, "must fit exactly one of the alternatives");
}

bool check_not(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !run_quietly(r, rule->schema, v, at) ||
	       run_fault(r, rule, at, "must not be what is excluded here");
}

bool check_if(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	const struct schema *branch =
		run_quietly(r, rule->schema, v, at) ? rule->then : rule->otherwise;

	return branch == NULL || run_schema(r, branch, v, at);
}

/* --- the interface --------------------------------------------------------------------------- */

/* Each value once: what has been replaced is no longer the value that was found. */
static void call_visitor(const struct visit *visit, const struct schema_visitor *visitor)
{
	for (; visit != NULL; visit = visit->next) {
		const struct schema_found *found = &visit->found;
		const json_t *now = visit->value;

		if (found->key != NULL)
			now = json_object_get(found->parent, found->key);
		else if (found->parent != NULL)
			now = json_array_get(found->parent, found->index);
		if (now == visit->value)
			visitor->formatted(visitor->context, found);
	}
}

bool schema_validate(const struct schema *s, json_t *value, struct faults *faults,
		     const struct schema_visitor *visitor)
{
	struct run run = {.faults = faults, .visits_wanted = visitor != NULL};
	bool ok = run_schema(&run, s, value, NULL);

	if (ok && visitor != NULL)
		call_visitor(run.visits, visitor);
	return ok;
}
