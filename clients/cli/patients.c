/* `samhandling patients`, `log` and `me`: who, who looked, and who am I. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/connect.h"
#include "cli/show.h"
#include "lib/encode.h"
#include "lib/file.h"
#include "lib/member.h"
#include "lib/operation.h"

enum { NUMBER_MAX = 64 };

/* Asks at the terminal without showing what is typed. */
static bool prompt(char *number, size_t size)
{
	struct termios before, silent;
	bool read;

	fputs("personal number: ", stderr);
	tcgetattr(STDIN_FILENO, &before);
	silent = before;
	silent.c_lflag &= (tcflag_t)~ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	read = fgets(number, (int)size, stdin) != NULL;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return read;
}

/* The number without spaces, from a file, stdin or the keyboard; NULL when there is none. */
static const char *read_number(struct cli *cli, const char *source)
{
	char typed[NUMBER_MAX] = "", *text = typed, *to;
	const char *why;
	size_t size;

	if (source != NULL && source[0] == '@')
		text = file_read(cli->arena, source + 1, &size, &why);
	else if (isatty(STDIN_FILENO) ? !prompt(typed, sizeof(typed))
				      : fgets(typed, sizeof(typed), stdin) == NULL)
		return NULL;
	if (text == NULL)
		return NULL;
	text = arena_copy(cli->arena, text, strcspn(text, "\r\n"));
	to = text;
	for (const char *from = text; *from != '\0'; from++)
		if (*from != ' ')
			*to++ = *from;
	*to = '\0';
	return text[0] != '\0' ? text : NULL;
}

/* The member of the search's body that takes a personal number: the contract's format says which.
 */
static const char *number_member(const struct contract *c, const struct operation *op)
{
	const json_t *schema = contract_resolve(c, op->body);
	const char *name;
	json_t *member;

	json_object_foreach(json_object_get(schema, "properties"), name, member)
	{
		const char *format = member_text(contract_resolve(c, member), "format");

		if (format != NULL && strcmp(format, "norwegian-national-id") == 0)
			return name;
	}
	return NULL;
}

static enum exit_code find_by(struct cli *cli, const char *number)
{
	enum exit_code code = EXIT_DONE;
	struct contract *contract = connect_contract(cli, &code);
	const struct operation *op;
	const char *member;
	struct reply reply;
	struct call call = {.method = "POST", .path = "/patients/search"};

	if (contract == NULL)
		return code;
	op = contract_find(contract, "POST", call.path);
	member = op != NULL ? number_member(contract, op) : NULL;
	if (member == NULL)
		return cli_fail(EXIT_ABSENT, "the service has no search by personal number");
	call.body = member_keep(cli->arena, json_pack("{s:s}", member, number));
	if (!session_call(cli->session, cli->arena, &call, &reply))
		return connect_fail(cli, &reply);
	return show_reply(cli, &reply, NULL);
}

static enum exit_code run_find(struct cli *cli)
{
	const char *source = cli_word(cli, 1), *number;

	if (cli->args.word_count > 2 ||
	    (source != NULL && source[0] != '@' && strcmp(source, "-") != 0))
		return cli_fail(EXIT_USAGE, "a personal number is read from stdin or from @FILE, "
					    "never from the command line, where others see it");
	number = read_number(cli, source);
	if (number == NULL)
		return cli_fail(EXIT_USAGE, "no personal number was given");
	return find_by(cli, number);
}

static enum exit_code run_patients(struct cli *cli)
{
	static const char columns[] = "id,family_name,given_name,birth_date,municipality_number";
	const char *what = cli_word(cli, 0), *id = cli_word(cli, 1);
	const struct call list = {.method = "GET", .path = "/patients"};

	if (what == NULL || strcmp(what, "list") == 0)
		return show_list(cli, &list, columns, "patients");
	if (strcmp(what, "find") == 0)
		return run_find(cli);
	if (strcmp(what, "show") == 0 && id != NULL && cli->args.word_count == 2)
		return show_path(cli, arena_printf(cli->arena, "/patients/%s",
						   encode_percent(cli->arena, id)));
	return cli_fail(EXIT_USAGE, "patients find [@FILE], patients show ID or patients list");
}

static enum exit_code run_log(struct cli *cli)
{
	static const char columns[] =
		"at,action,resource,name,role,agency_name,purpose,basis,patient_id";
	const char *patient = cli_word(cli, 0);
	const struct call call = {
		.method = "GET",
		.path = patient == NULL ? "/access-log"
					: arena_printf(cli->arena, "/patients/%s/access-log",
						       encode_percent(cli->arena, patient)),
	};

	if (cli->args.word_count > 1)
		return cli_fail(EXIT_USAGE, "log takes one patient's id or nothing");
	return show_list(cli, &call, columns, "looks");
}

static enum exit_code run_me(struct cli *cli)
{
	if (cli_word(cli, 0) != NULL)
		return cli_fail(EXIT_USAGE, "me takes no words");
	return show_path(cli, "/me");
}

static const struct option_spec options[] = {
	{"all", NULL, "get every page", false},
	{.name = NULL},
};

const struct command command_patients = {
	.name = "patients",
	.synopsis = "list | find [- | @FILE] | show ID",
	.summary = "find people by number, show them",
	.options = options,
	.more = "find reads the personal number from the keyboard, stdin or @FILE: on the command\n"
		"line every user of the machine could see it. It travels in the body of a POST.\n",
	.run = run_patients,
};

const struct command command_log = {
	.name = "log",
	.synopsis = "[PATIENT-ID] [--all]",
	.summary = "who has looked at what: my agency's log, or a patient's",
	.options = options,
	.run = run_log,
};

const struct command command_me = {
	.name = "me",
	.synopsis = "",
	.summary = "who the service takes me for",
	.run = run_me,
};
