/* The parameters of a request: query text split, all checked against the contract. */
#include "api/query.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

bool query_parse(struct request *r)
{
	const char *s = r->in.raw_query;

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

static void check_given(struct request *r)
{
	for (size_t i = 0; i < r->parameter_count; i++) {
		const struct parameter_value *v = &r->parameters[i];
		const struct parameter *p = described(r->op, v->place, v->name);
		const char *pointer = pointer_of(r, v->place, v->name);

		if (p == NULL)
			faults_add(r->faults, "/query", "unknown_parameter",
				   "a parameter that this operation does not have");
		else
			schema_validate_text(p->schema, v->value, pointer, r->faults);
		for (size_t j = 0; j < i; j++)
			if (v->place == IN_QUERY && strcmp(r->parameters[j].name, v->name) == 0)
				faults_add(r->faults, pointer, "repeated", "given more than once");
	}
}

void query_validate(struct request *r)
{
	check_given(r);
	for (size_t i = 0; i < r->op->parameter_count; i++) {
		const struct parameter *p = &r->op->parameters[i];
		const char *value = p->place == IN_HEADER ? request_header(r, p->name)
							  : request_parameter(r, p->place, p->name);

		if (p->place == IN_HEADER && value != NULL)
			schema_validate_text(p->schema, value, pointer_of(r, IN_HEADER, p->name),
					     r->faults);
		else if (p->required && value == NULL && p->place != IN_HEADER)
			faults_add(r->faults, pointer_of(r, p->place, p->name), "required",
				   "is missing");
	}
}
