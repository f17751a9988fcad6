/* `samhandling help`: commands by the tables, operations by the contract. */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/connect.h"
#include "cli/describe.h"

static enum exit_code run(struct cli *cli)
{
	const char *subject = cli_word(cli, 0);
	enum exit_code code = EXIT_DONE;
	const struct command *command;
	const struct operation *op;
	struct contract *contract;

	if (subject == NULL) {
		command_print_all(stdout);
		return EXIT_DONE;
	}
	command = command_find(subject);
	if (command != NULL) {
		command_print(command, stdout);
		return EXIT_DONE;
	}
	contract = connect_contract(cli, &code);
	if (contract == NULL)
		return code;
	op = contract_operation(contract, subject);
	if (op == NULL)
		return cli_fail(EXIT_ABSENT, "no command and no operation '%s'", subject);
	describe_operation(cli, contract, op);
	return EXIT_DONE;
}

const struct command command_help = {
	.name = "help",
	.synopsis = "[COMMAND | OPERATION]",
	.summary = "explain a command or an operation",
	.run = run,
};
