/* Refuses to start when contract, statements, machines and C do not fit together. */
#include "api/check.h"

#include <string.h>

#include "api/actions.h"
#include "api/bind.h"
#include "api/ops.h"
#include "db/statement.h"

/* Statements that the daemon itself runs. */
static const char *const own[] = {
	"registry",
	"principal",
	"principal_citizen",
	"principal_machine",
	"dpop_first_use",
	"context",
	"enter",
	"gate",
	"log",
	"denial",
	"told",
	"told_again",
	"idempotency_begin",
	"idempotency_end",
	"health",
	"begin",
	"commit",
	"rollback",
	"reset",
	"changed",
	"alert_done",
	"alert_take",
	"job_list",
	"job_run",
	"news_place",
	"news_page",
	"news_stream",
	"news_log",
	"news_log_nobody",
	"origins",
	"log_seal_make",
	"log_seals_unsigned",
	"log_seal_sign",
	"import_begin",
	"import_receive",
	"import_fail",
	"import_read",
	"import_step",
	"import_adt",
	"delivery_lead",
	"delivery_list",
	"delivery_take",
	"delivery_keys",
	"delivery_target",
	"delivery_settle",
	"export_open",
	"export_page",
	"fhir_again_keep",
	"fhir_export_begin",
	"fhir_export_end",
	"fhir_export_open",
	"fhir_export_page",
	"fhir_export_step",
	"fhir_find",
	"fhir_subscription_end",
	"fhir_identify",
	"import_report_open",
	"import_report_page",
	"paper_part",
	"paper_end",
};

static bool is_own(const char *name)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(own[i], name) == 0)
			return true;
	return false;
}

/* `-` and `.` cannot stand in a statement's name of a parameter, which then has `_`. */
static bool same_name(const char *described, const char *name)
{
	for (; *described != '\0' && *name != '\0'; described++, name++)
		if (*described != *name && !(*name == '_' && strchr("-.", *described) != NULL))
			return false;
	return *described == *name;
}

static bool described(const struct operation *op, enum place place, const char *name)
{
	for (size_t i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == place && same_name(op->parameters[i].name, name))
			return true;
	return false;
}

/* Every :path.x and :query.x of an operation's statement must be in the contract. */
static const char *unknown_parameter(const struct statement *s, const struct operation *op)
{
	for (size_t i = 0; i < s->parameter_count; i++) {
		const char *name = s->parameters[i];

		if (!bind_known(name) ||
		    (strncmp(name, "path.", 5) == 0 && !described(op, IN_PATH, name + 5)) ||
		    (strncmp(name, "query.", 6) == 0 && !described(op, IN_QUERY, name + 6)))
			return name;
	}
	return NULL;
}

static const char *check_statement(struct arena *a, const struct operation *op)
{
	const struct statement *s = statement_find(op->statement);
	const char *name;

	if (s == NULL)
		return arena_printf(a, "operation '%s' has no statement", op->id);
	name = unknown_parameter(s, op);
	if (name != NULL)
		return arena_printf(
			a, "statement '%s' uses ':%s', which the contract does not describe",
			op->id, name);
	if (op->method == METHOD_POST && op->answer == NULL &&
	    described(op, IN_HEADER, "Idempotency-Key") &&
	    statement_find(arena_printf(a, "%s.replay", op->id)) == NULL)
		return arena_printf(a,
				    "operation '%s' takes Idempotency-Key but has neither x-answer "
				    "nor '%s.replay'",
				    op->id, op->id);
	return NULL;
}

static const char *check_machine(struct arena *a, const struct operation *op)
{
	static const char *const parts[] = {"lock", "apply"};

	if (op->machine == NULL || !actions_known(op->machine))
		return arena_printf(a, "operation '%s' names no machine", op->id);
	for (size_t i = 0; i < 2; i++) {
		const char *name = arena_printf(a, "%s.%s", op->machine, parts[i]);

		if (statement_find(name) == NULL)
			return arena_printf(a, "machine '%s' has no statement '%s'", op->machine,
					    name);
	}
	return NULL;
}

/* x-parts names operations whose statements can be run for the caller. */
static const char *check_parts(struct arena *a, const struct contract *c,
			       const struct operation *op)
{
	static const char *const members[] = {"list", "each", "below"};
	const json_t *parts = json_object_get(op->extensions, "x-parts");

	for (size_t i = 0; i < 3 * json_array_size(parts); i++) {
		const char *name = json_string_value(
			json_object_get(json_array_get(parts, i / 3), members[i % 3]));
		const struct operation *part = name == NULL ? NULL : contract_operation(c, name);

		if (name != NULL && (part == NULL || part->executor != EXECUTOR_STATEMENT))
			return arena_printf(a, "operation '%s' has unknown part '%s'", op->id,
					    name);
	}
	return NULL;
}

static const char *check_operation(struct arena *a, const struct contract *c,
				   const struct operation *op)
{
	const char *fault = check_parts(a, c, op);

	if (fault != NULL)
		return fault;
	if (op->answer != NULL && contract_operation(c, op->answer) == NULL)
		return arena_printf(a, "operation '%s' answers with unknown '%s'", op->id,
				    op->answer);
	switch (op->executor) {
	case EXECUTOR_OPS:
		return ops_find(op->id) != NULL
			       ? NULL
			       : arena_printf(a, "operation '%s' has no C function", op->id);
	case EXECUTOR_TRANSITION:
		return check_machine(a, op);
	case EXECUTOR_STATEMENT:
		break;
	}
	return check_statement(a, op);
}

/* Several operations may run one statement (x-statement). */
static bool is_run(const struct contract *c, const char *name)
{
	for (size_t i = 0; i < c->operation_count; i++)
		if (strcmp(c->operations[i].statement, name) == 0)
			return true;
	return false;
}

static bool belongs(struct arena *a, const struct contract *c, const char *name)
{
	const char *dot = strchr(name, '.'), *tilde = strchr(name, '~');

	if (tilde != NULL || is_own(name))
		return true;
	if (dot != NULL) {
		const char *head = arena_copy(a, name, (size_t)(dot - name));

		return actions_known(head) || contract_operation(c, head) != NULL;
	}
	return is_run(c, name);
}

bool check_pairs(struct arena *a, const struct contract *c, const char **why)
{
	for (size_t i = 0; i < c->operation_count; i++) {
		*why = check_operation(a, c, &c->operations[i]);
		if (*why != NULL)
			return false;
	}
	for (size_t i = 0; i < statements_count(); i++) {
		const char *name = statement_at(i)->name;

		if (belongs(a, c, name))
			continue;
		*why = arena_printf(a, "statement '%s' belongs to no operation", name);
		return false;
	}
	return true;
}
