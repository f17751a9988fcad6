/* `samhandling call` and `operations`: every operation of the contract, by its id. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/connect.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "cli/step.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/operation.h"
#include "lib/table.h"

/* One line of --each: sent, and its answer printed on one line. */
static enum exit_code call_line(struct cli *cli, const struct operation *op, const char *line)
{
	json_t *input = member_keep(cli->arena, json_loads(line, JSON_REJECT_DUPLICATES, NULL));
	const char *why = "not a JSON object";
	struct reply reply;
	struct call call;

	if (!json_is_object(input) || !operation_fill_json(cli->arena, op, input, &call, &why))
		return cli_fail(EXIT_USAGE, "%s", why);
	if (!step_send(cli, op, &call, &reply))
		return connect_fail(cli, &reply);
	if (reply.json != NULL)
		puts(member_dump(cli->arena, reply.json, JSON_COMPACT));
	return EXIT_DONE;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n' ? 1 : 0)
		count++;
	return count;
}

/* Goes on after a line that was refused; the worst code is the run's. */
static enum exit_code call_each(struct cli *cli, const struct operation *op, const char *path)
{
	enum exit_code worst = EXIT_DONE;
	struct arena *run = cli->arena, *line_arena;
	struct progress progress;
	const char *why;
	size_t size, number = 0;
	char *text = file_read(run, path, &size, &why), *rest = text, *line;

	if (text == NULL)
		return cli_fail(EXIT_LOCAL, "%s", why);
	line_arena = arena_new(4UL * REPLY_SIZE_MAX);
	progress_init(&progress, cli, op->id, count_lines(text));
	while ((line = strsep(&rest, "\n")) != NULL) {
		enum exit_code code = EXIT_DONE;

		number++;
		if (line[strspn(line, " \t\r")] == '\0')
			continue;
		cli->arena = line_arena;
		code = call_line(cli, op, line);
		cli->arena = run;
		arena_clear(line_arena);
		if (code != EXIT_DONE) {
			cli_fail(code, "line %zu was refused", number);
			worst = code > worst ? code : worst;
		}
		progress_step(&progress, 1);
	}
	progress_end(&progress);
	arena_free(line_arena);
	return worst;
}

static enum exit_code call_once(struct cli *cli, const struct operation *op)
{
	struct reply reply;
	struct call call;
	const char *why;

	if (!operation_fill(cli->arena, op, cli->args.words + 1, &call, &why))
		return cli_fail(EXIT_USAGE, "%s", why);
	if (json_is_true(json_object_get(op->json, "x-list")))
		return show_list(cli, &call, NULL, "items");
	if (!step_send(cli, op, &call, &reply))
		return connect_fail(cli, &reply);
	return op->machine != NULL ? show_step(cli, &reply) : show_reply(cli, &reply, NULL);
}

static enum exit_code run_call(struct cli *cli)
{
	enum exit_code code = EXIT_DONE;
	const char *each = cli_option(cli, "each");
	struct contract *contract;
	const struct operation *op;

	if (cli_word(cli, 0) == NULL)
		return cli_fail(EXIT_USAGE, "which operation? `samhandling operations` lists them");
	contract = connect_contract(cli, &code);
	if (contract == NULL)
		return code;
	op = contract_operation(contract, cli_word(cli, 0));
	if (op == NULL)
		return cli_fail(EXIT_ABSENT,
				"no operation '%s'; `samhandling operations` lists them",
				cli_word(cli, 0));
	if (each != NULL && cli_word(cli, 1) != NULL)
		return cli_fail(EXIT_USAGE, "--each takes the values from its lines");
	return each != NULL ? call_each(cli, op, each) : call_once(cli, op);
}

static bool is_wanted(const struct operation *op, const char *part)
{
	return part == NULL || strcasestr(op->id, part) != NULL ||
	       strcasestr(op->path, part) != NULL ||
	       (op->summary != NULL && strcasestr(op->summary, part) != NULL);
}

static enum exit_code run_operations(struct cli *cli)
{
	enum exit_code code = EXIT_DONE;
	struct contract *contract = connect_contract(cli, &code);
	json_t *list = member_keep(cli->arena, json_array());

	if (contract == NULL)
		return code;
	for (size_t i = 0; i < contract->count; i++) {
		const struct operation *op = &contract->operations[i];

		if (is_wanted(op, cli_word(cli, 0)))
			json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s*}", "operation",
							      op->id, "method", op->method, "path",
							      op->path, "summary", op->summary));
	}
	if (cli_option(cli, "json") != NULL)
		show_json(cli, list);
	else
		show_items(cli, list, "operation,method,path,summary");
	return EXIT_DONE;
}

static const struct option_spec options[] = {
	{"all", NULL, "lists: get every page", false},
	{"each", "FILE", "call once for every line of FILE (JSON objects; - is stdin)", false},
	{.name = NULL},
};

const struct command command_call = {
	.name = "call",
	.synopsis = "OPERATION [key=value …] [- | @FILE] [--all] [--each FILE]",
	.summary = "call any operation of the contract",
	.options = options,
	.more = "key=value      a parameter or a member of the body, typed as the contract says\n"
		"a.b=value      a member of a member;  a[]=value  one more item of a list\n"
		"key=@FILE      the value stands in FILE;  key:=JSON  the value is JSON\n"
		"- or @FILE     the whole body, as JSON\n\n"
		"If-Match is found out by itself when the operation wants it and it is not given.\n"
		"`samhandling help OPERATION` shows what an operation takes.\n",
	.run = run_call,
};

const struct command command_operations = {
	.name = "operations",
	.synopsis = "[PART]",
	.summary = "list the contract's operations",
	.run = run_operations,
};
