/* The parameters of a request: query text split, all checked against the contract. */
#include "api/query.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

bool query_parse(struct request *r, const char *text)
{
	const char *s = text;

	while (s != NULL && *s != '\0') {
		size_t len = strcspn(s, "&"), name_len = strcspn(s, "=&");
		const char *name = text_percent_decode(r->arena, s, name_len, true);
		const char *value = "";

		if (name_len < len)
			value = text_percent_decode(r->arena, s + name_len + 1, len - name_len - 1,
						    true);
		if (name == NULL || value == NULL || r->parameter_count == QUERY_MAX)
			return false;
		if (len > 0)
			r->parameters[r->parameter_count++] =
				(struct parameter_value){name, value, IN_QUERY};
		s += len + (s[len] == '&');
	}
	return true;
}

static const char *pointer_of(struct request *r, enum place place, const char *name)
{
	static const char *const places[] = {"path", "query", "header"};

	return arena_printf(r->arena, "/%s/%s", places[place], name);
}

static const struct parameter *described(const struct operation *op, enum place place,
					 const char *name)
{
	for (size_t i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == place && strcmp(op->parameters[i].name, name) == 0)
			return &op->parameters[i];
	return NULL;
}

const char *query_names(struct arena *a, const struct operation *op)
{
	const char *names = "it has none", *before = "it has";

	for (size_t i = 0; i < op->parameter_count; i++) {
		if (op->parameters[i].place != IN_QUERY)
			continue;
		names = arena_printf(a, "%s %s", before, op->parameters[i].name);
		before = arena_printf(a, "%s,", names);
	}
	return names;
}

/* One query or path parameter as sent; the names of unknown ones are not repeated to anybody. */
static void check_one(struct request *r, size_t index)
{
	const struct parameter_value *v = &r->parameters[index];
	const struct parameter *p = described(r->op, v->place, v->name);

	if (p == NULL) {
		faults_add(r->faults, "/query", "unknown_parameter",
			   arena_printf(r->arena,
					"a parameter that this operation does not have; %s",
					query_names(r->arena, r->op)));
		return;
	}

	const char *pointer = pointer_of(r, v->place, p->name);

	schema_validate_text(p->schema, v->value, pointer, r->faults);
	for (size_t j = 0; j < index; j++) {
		if (v->place != IN_QUERY || strcmp(r->parameters[j].name, v->name) != 0)
			continue;
		faults_add(r->faults, pointer, "repeated", "given more than once");
		return;
	}
}

/* Headers that are lists may stand in several lines (RFC 9110, 5.3). */
static bool is_list(const char *header)
{
	return strcasecmp(header, "If-None-Match") == 0 || strcasecmp(header, "Prefer") == 0;
}

static void check_header(struct request *r, const struct parameter *p)
{
	const char *value = request_header_list(r, p->name);

	if (value == NULL)
		return;
	schema_validate_text(p->schema, value, pointer_of(r, IN_HEADER, p->name), r->faults);
	if (!is_list(p->name) && request_header_count(r, p->name) > 1)
		faults_add(r->faults, pointer_of(r, IN_HEADER, p->name), "repeated",
			   "given more than once");
}

void query_validate(struct request *r)
{
	for (size_t i = 0; i < r->parameter_count; i++)
		check_one(r, i);
	for (size_t i = 0; i < r->op->parameter_count; i++) {
		const struct parameter *p = &r->op->parameters[i];

		if (p->place == IN_HEADER)
			check_header(r, p);
		else if (p->required && request_parameter(r, p->place, p->name) == NULL)
			faults_add(r->faults, pointer_of(r, p->place, p->name), "required",
				   "is missing");
	}
}
