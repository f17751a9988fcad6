/* `samhandling`: finds the command, runs it, gives its exit code back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "lib/session.h"

enum { MEMORY_MAX = 1024 * 1024 * 1024 };

/* -h is the one short option */
static void spell_out(int argc, char **argv)
{
	static char help[] = "--help";

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "-h") == 0)
			argv[i] = help;
}

static enum exit_code run(struct cli *cli, const char *const *argv)
{
	const struct command *command = argv[1] != NULL ? command_find(argv[1]) : NULL;
	enum exit_code code;
	const char *why;

	if (argv[1] == NULL || strcmp(argv[1], "--help") == 0) {
		command_print_all(argv[1] == NULL ? stderr : stdout);
		return argv[1] == NULL ? EXIT_USAGE : EXIT_DONE;
	}
	if (command == NULL)
		return cli_fail(EXIT_USAGE, "no command '%s'; `samhandling help` lists them",
				argv[1]);
	if (!options_parse(cli->arena, argv + 2, command->options, &cli->args, &why))
		return cli_fail(EXIT_USAGE, "%s; `samhandling %s --help` shows them", why,
				command->name);
	if (cli_option(cli, "help") != NULL) {
		command_print(command, stdout);
		return EXIT_DONE;
	}
	code = cli_find_sandbox(cli);
	return code == EXIT_DONE ? command->run(cli) : code;
}

int main(int argc, char **argv)
{
	struct cli cli = {.arena = arena_new(MEMORY_MAX)};
	enum exit_code code;

	spell_out(argc, argv);
	code = run(&cli, (const char *const *)argv);
	if (fflush(stdout) != 0 || ferror(stdout))
		code = cli_fail(EXIT_LOCAL, "cannot write the answer");
	session_free(cli.session);
	arena_free(cli.arena);
	return (int)code;
}
