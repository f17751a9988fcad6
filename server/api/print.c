/* Shows the pipeline of an operation, for benchmarks and for people. */
#include "api/print.h"

#include <jansson.h>
#include <stdio.h>

#include "api/service.h"
#include "api/work.h"

static void print_one(const char *name)
{
	const struct statement *s = statement_find(name);
	json_t *parameters = json_array();

	for (size_t i = 0; i < s->parameter_count; i++)
		json_array_append_new(parameters, json_string(s->parameters[i]));

	json_t *o = json_pack("{s:s, s:s, s:o}", "name", s->name, "sql", s->sql, "parameters", parameters);

	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

bool print_statements(const char *operation_id)
{
	const struct operation *op = contract_operation(service.contract, operation_id);

	if (op == NULL || op->executor != EXECUTOR_STATEMENT)
		return false;
	print_one("context");
	if (op->method == METHOD_POST)
		print_one("idempotency_begin");
	if (op->person_param != NULL)
		print_one("gate");
	print_one(work_read_name(service.arena, op));
	if (op->answer != NULL)
		print_one(work_read_name(service.arena, contract_operation(service.contract, op->answer)));
	print_one("log");
	if (op->method == METHOD_POST)
		print_one("idempotency_end");
	return true;
}
