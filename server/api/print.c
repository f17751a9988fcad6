/* Shows the pipeline of an operation, for benchmarks and for people. */
#include "api/print.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "api/service.h"
#include "api/work.h"
#include "api/reads.h"
#include "domain/national_id.h"

static void print_one(const struct statement *s)
{
	json_t *parameters = json_array();

	for (size_t i = 0; i < s->parameter_count; i++)
		json_array_append_new(parameters, json_string(s->parameters[i]));

	json_t *o = json_pack("{s:s, s:s, s:o}", "name", s->name, "sql", s->sql, "parameters",
			      parameters);

	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void print_named(const char *name)
{
	print_one(statement_find(name));
}

bool print_statements(const char *operation_id)
{
	const struct operation *op = contract_operation(service.contract, operation_id);
	const struct request r = {0};

	if (op == NULL || op->executor != EXECUTOR_STATEMENT)
		return false;
	bool keyed = op->method == METHOD_POST, gated = op->person_param != NULL;

	print_named(gated && !keyed ? "enter" : "context");
	if (keyed)
		print_named("idempotency_begin");
	if (keyed && gated)
		print_named("gate");
	print_one(reads_statement(&r, op));
	if (op->answer != NULL)
		print_one(reads_statement(&r, contract_operation(service.contract, op->answer)));
	print_named("log");
	if (op->method == METHOD_POST)
		print_named("idempotency_end");
	return true;
}

bool print_number_hash(void)
{
	char line[32], number[NATIONAL_ID_SIZE];
	size_t len = fgets(line, sizeof(line), stdin) == NULL ? 0 : strcspn(line, "\r\n");

	if (!national_id_is_valid(line, len) || !national_id_normalise(line, len, number))
		return false;

	/* seal:<key>:<hash>[,<older hash>…]:<text> */
	const char *hash = strchr(seal_make(service.seals, service.arena, number) + 5, ':') + 1;

	printf("%.*s\n", (int)strcspn(hash, ",:"), hash);
	return true;
}
