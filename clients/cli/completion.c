/* `samhandling completion SHELL`, and `complete`, which the shells ask for candidates. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/connect.h"
#include "cli/step.h"
#include "cli/word.h"
#include "lib/issuer.h"
#include "lib/member.h"

static const char bash_script[] =
	"# samhandling: completion for bash; put this into ~/.bashrc:\n"
	"#   source <(samhandling completion bash)\n"
	"_samhandling() {\n"
	"\tlocal current=\"${COMP_WORDS[COMP_CWORD]}\" IFS=$'\\n'\n"
	"\tCOMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" complete -- "
	"\"${COMP_WORDS[@]:1:COMP_CWORD-1}\" 2>/dev/null)\" -- \"$current\"))\n"
	"\t[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
	"}\n"
	"complete -o default -F _samhandling samhandling\n";

static const char zsh_script[] =
	"#compdef samhandling\n"
	"# samhandling: completion for zsh; put this into ~/.zshrc:\n"
	"#   source <(samhandling completion zsh)\n"
	"_samhandling() {\n"
	"\tlocal -a candidates\n"
	"\tcandidates=(${(f)\"$(${words[1]} complete -- ${words[2,CURRENT-1]} 2>/dev/null)\"})\n"
	"\tcompadd -S '' -- ${(M)candidates:#*=}\n"
	"\tcompadd -- ${candidates:#*=}\n"
	"}\n"
	"compdef _samhandling samhandling\n";

static enum exit_code run_completion(struct cli *cli)
{
	const char *shell = cli_word(cli, 0);

	if (shell == NULL || (strcmp(shell, "bash") != 0 && strcmp(shell, "zsh") != 0))
		return cli_fail(EXIT_USAGE, "completion bash or completion zsh");
	fputs(strcmp(shell, "bash") == 0 ? bash_script : zsh_script, stdout);
	return EXIT_DONE;
}

static void offer_options(const struct option_spec *specs)
{
	for (; specs != NULL && specs->name != NULL; specs++)
		printf("--%s\n", specs->name);
}

static void offer_list(const json_t *list, const char *member)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (member_text(one, member) != NULL)
			puts(member_text(one, member));
	}
}

/* What may follow an option that takes a value; false when the last word is no such option. */
static bool offer_value(struct cli *cli, const char *last)
{
	const char *why;
	struct issuer issuer;

	if (strcmp(last, "--role") == 0) {
		for (size_t i = 0; issuer_roles[i] != NULL; i++)
			puts(issuer_roles[i]);
	} else if (strcmp(last, "--agency") == 0) {
		if (issuer_load(cli->arena, cli_keys(cli), &issuer, &why))
			offer_list(issuer.agencies, "slug");
	} else {
		return false;
	}
	return true;
}

static void offer_operations(const struct contract *contract)
{
	for (size_t i = 0; i < contract->count; i++)
		puts(contract->operations[i].id);
}

static void offer_keys(const struct contract *contract, const char *id)
{
	const struct operation *op = contract_operation(contract, id);
	const json_t *one;
	const char *name;
	json_t *value;
	size_t i;

	if (op == NULL)
		return;
	json_array_foreach(op->parameters, i, one)
	{
		printf("%s=\n", member_text(one, "name"));
	}
	json_object_foreach(json_object_get(contract_resolve(contract, op->body), "properties"),
			    name, value)
	{
		printf("%s=\n", name);
	}
}

static void offer_steps(const struct contract *contract, const struct word *word)
{
	puts("list\nshow\nhelp");
	if (word->create != NULL)
		puts(word->create);
	if (contract != NULL)
		offer_list(step_actions(contract, word->path), "action");
	if (strcmp(word->path, "/concern-reports") == 0)
		puts("accept\nreject\nrecall");
}

static void offer_commands(void)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->summary != NULL)
			puts(commands[i]->name);
}

/* After `call OPERATION` its keys, before that, and after help, the operations. */
static void offer_contract(const struct contract *contract, const char *operation, bool is_call)
{
	if (contract == NULL)
		return;
	if (is_call && operation != NULL)
		offer_keys(contract, operation);
	else
		offer_operations(contract);
}

static void offer_words(struct cli *cli, const struct command *command)
{
	const char *url = connect_url(cli), *second = cli_word(cli, 1);
	struct contract *contract = url != NULL ? contract_cached(cli->arena, url) : NULL;
	const struct word *word = word_find(command->name);

	if (word != NULL && second == NULL)
		offer_steps(contract, word);
	else if (command == &command_completion)
		puts("bash\nzsh");
	else if (command == &command_patients && second == NULL)
		puts("find\nlist\nshow");
	else if (command == &command_call || command == &command_help)
		offer_contract(contract, second, command == &command_call);
	if (command == &command_help)
		offer_commands();
}

/* The words of the command line so far, without the one that is being typed. */
static enum exit_code run_complete(struct cli *cli)
{
	size_t count = cli->args.word_count;
	const struct command *command = count > 0 ? command_find(cli_word(cli, 0)) : NULL;

	if (count > 0 && offer_value(cli, cli_word(cli, count - 1)))
		return EXIT_DONE;
	if (command == NULL) {
		offer_commands();
		return EXIT_DONE;
	}
	offer_words(cli, command);
	offer_options(command->options);
	offer_options(options_global);
	return EXIT_DONE;
}

const struct command command_completion = {
	.name = "completion",
	.synopsis = "bash | zsh",
	.summary = "print the completion script for a shell",
	.more = "bash: source <(samhandling completion bash)\n"
		"zsh:  source <(samhandling completion zsh)\n",
	.run = run_completion,
};

/* no summary: not for people */
const struct command command_complete = {
	.name = "complete",
	.synopsis = "-- WORD …",
	.run = run_complete,
};
