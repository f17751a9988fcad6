/* Help that is made from the contract. */
#include "cli/describe.h"

#include <stdio.h>
#include <string.h>

#include "lib/member.h"
#include "lib/table.h"
#include "lib/text.h"

enum { MEMBER_DEPTH = 3 };

struct listing {
	struct cli *cli;
	const struct contract *contract;
	struct table table;
};

static const char *joined(struct arena *a, const json_t *list, const char *between)
{
	const json_t *one;
	struct text t;
	size_t i;

	text_init(&t, a);
	if (json_is_string(list))
		text_add(&t, json_string_value(list));
	json_array_foreach(list, i, one)
	{
		text_printf(&t, "%s%s", i > 0 ? between : "", member_readable(a, one));
	}
	return t.bytes;
}

/* "integer", "RED|ORANGE", "uuid", "text[]" */
static const char *type_text(const struct listing *l, const json_t *schema)
{
	struct arena *a = l->cli->arena;

	schema = contract_resolve(l->contract, schema);
	if (json_object_get(schema, "enum") != NULL)
		return joined(a, json_object_get(schema, "enum"), "|");
	if (json_object_get(schema, "const") != NULL)
		return member_readable(a, json_object_get(schema, "const"));
	if (member_text(schema, "format") != NULL)
		return member_text(schema, "format");
	if (contract_has_type(schema, "array"))
		return arena_printf(a, "%s[]", type_text(l, json_object_get(schema, "items")));
	if (json_object_get(schema, "type") == NULL)
		return "any";
	return joined(a, json_object_get(schema, "type"), "|");
}

static const char *first_sentence(struct arena *a, const char *text)
{
	const char *end = text != NULL ? strstr(text, ". ") : NULL;

	if (text == NULL)
		return "";
	return end != NULL ? arena_copy(a, text, (size_t)(end - text)) : text;
}

static bool is_required(const json_t *schema, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(schema, "required"), i, one)
	{
		if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return false;
}

static void list_members(struct listing *l, const char *prefix, const json_t *schema, int depth);

static void list_member(struct listing *l, const char *name, const json_t *schema, bool required,
			int depth)
{
	const json_t *whole = contract_resolve(l->contract, schema);
	const char *cells[] = {name, required ? "yes" : "", type_text(l, schema),
			       first_sentence(l->cli->arena, member_text(whole, "description"))};

	if (depth > 0 && json_object_get(whole, "properties") != NULL)
		list_members(l, arena_printf(l->cli->arena, "%s.", name), whole, depth - 1);
	else
		table_add(&l->table, cells);
}

static void list_members(struct listing *l, const char *prefix, const json_t *schema, int depth)
{
	static const char *const branches[] = {"allOf", "anyOf", "oneOf"};
	const json_t *branch;
	const char *name;
	json_t *member;
	size_t k;

	schema = contract_resolve(l->contract, schema);
	json_object_foreach(json_object_get(schema, "properties"), name, member)
	{
		list_member(l, arena_printf(l->cli->arena, "%s%s", prefix, name), member,
			    is_required(schema, name), depth);
	}
	for (size_t i = 0; i < sizeof(branches) / sizeof(*branches) && depth > 0; i++)
		json_array_foreach(json_object_get(schema, branches[i]), k, branch)
		{
			list_members(l, prefix, branch, depth - 1);
		}
}

static void list_parameters(struct listing *l, const struct operation *op)
{
	const json_t *one;
	size_t i;

	json_array_foreach(op->parameters, i, one)
	{
		const char *cells[] = {
			member_text(one, "name"),
			json_is_true(json_object_get(one, "required")) ? "yes" : "",
			type_text(l, json_object_get(one, "schema")),
			first_sentence(l->cli->arena, member_text(one, "description"))};

		table_add(&l->table, cells);
	}
}

/* What is needed, filled with the contract's examples. */
static void print_example(const struct listing *l, const struct operation *op)
{
	const json_t *one, *body = contract_resolve(l->contract, op->body);
	struct arena *a = l->cli->arena;
	const char *name;
	json_t *value;
	size_t i;

	printf("\nexample:\n  samhandling call %s", op->id);
	json_array_foreach(op->parameters, i, one)
	{
		if (strcmp(member_text(one, "in"), "path") == 0)
			printf(" %s=%s", member_text(one, "name"),
			       member_readable(a, json_object_get(one, "example")));
	}
	json_object_foreach(json_object_get(body, "example"), name, value)
	{
		if (!json_is_object(value) && !json_is_array(value) && is_required(body, name))
			printf(" %s='%s'", name, member_readable(a, value));
	}
	putchar('\n');
}

void describe_operation(struct cli *cli, const struct contract *c, const struct operation *op)
{
	static const char *const headings[] = {"key", "needed", "type", "meaning"};
	const char *description = member_text(op->json, "description");
	struct listing l = {.cli = cli, .contract = c};

	printf("%s: %s\n\n%s %s\n", op->id, op->summary != NULL ? op->summary : "", op->method,
	       op->path);
	if (description != NULL)
		printf("\n%s\n", cli_clean_lines(cli->arena, description));
	table_init(&l.table, cli->arena, headings, sizeof(headings) / sizeof(*headings));
	list_parameters(&l, op);
	list_members(&l, "", op->body, MEMBER_DEPTH);
	if (l.table.row_count > 0) {
		putchar('\n');
		table_print(&l.table, stdout, table_terminal(stdout));
	}
	if (op->machine != NULL) {
		printf("\nactions:\n");
		describe_actions(cli, contract_actions(c, op->machine));
	}
	print_example(&l, op);
}

void describe_actions(struct cli *cli, const json_t *actions)
{
	static const char *const headings[] = {"action", "from", "to", "needs", "meaning"};
	const json_t *action;
	struct table table;
	size_t i;

	table_init(&table, cli->arena, headings, sizeof(headings) / sizeof(*headings));
	json_array_foreach(actions, i, action)
	{
		const char *cells[] = {
			member_readable(cli->arena, json_object_get(action, "action")),
			joined(cli->arena, json_object_get(action, "from"), " "),
			member_readable(cli->arena, json_object_get(action, "to")),
			joined(cli->arena, json_object_get(action, "required"), " "),
			member_readable(cli->arena, json_object_get(action, "summary"))};

		table_add(&table, cells);
	}
	table_print(&table, stdout, table_terminal(stdout));
}
