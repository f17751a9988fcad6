/* The list of commands and the help that is made from it. */
#include "cli/command.h"

#include <string.h>

#include "cli/commands.h"

const struct command *const commands[] = {
	&command_admissions,  &command_agencies,
	&command_audit,	      &command_board,
	&command_call,	      &command_complete,
	&command_completion,  &command_concerns,
	&command_consents,    &command_contacts,
	&command_emergencies, &command_handovers,
	&command_help,	      &command_inbox,
	&command_keygen,      &command_log,
	&command_me,	      &command_objections,
	&command_operations,  &command_patients,
	&command_plans,	      &command_referrals,
	&command_tasks,	      &command_token,
	&command_units,	      NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_options(const struct option_spec *specs, FILE *out)
{
	for (; specs != NULL && specs->name != NULL; specs++) {
		int width = fprintf(out, "  --%s%s%s", specs->name, specs->value != NULL ? " " : "",
				    specs->value != NULL ? specs->value : "");

		fprintf(out, "%*s%s\n", width < 26 ? 26 - width : 1, "", specs->help);
	}
}

void command_print_all(FILE *out)
{
	fputs("samhandling: talk to the coordination service\n\n"
	      "usage: samhandling COMMAND [WORDS] [OPTIONS]\n\ncommands:\n",
	      out);
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->summary != NULL)
			fprintf(out, "  %-14s%s\n", commands[i]->name, commands[i]->summary);
	fputs("\noptions for every command:\n", out);
	print_options(options_global, out);
	fputs("\nexit codes: 0 done, 1 wrong use, 2 not found, 3 refused, 4 conflict or invalid,\n"
	      "5 service unavailable, 6 network, 7 local file, 8 the service failed\n"
	      "\n`samhandling help COMMAND` says more; so does `man samhandling`\n",
	      out);
}

void command_print(const struct command *command, FILE *out)
{
	fprintf(out, "samhandling %s: %s\n\nusage: samhandling %s %s\n", command->name,
		command->summary != NULL ? command->summary : "", command->name, command->synopsis);
	if (command->options != NULL) {
		fputs("\noptions:\n", out);
		print_options(command->options, out);
	}
	if (command->more != NULL)
		fprintf(out, "\n%s", command->more);
	fputs("\n`samhandling help` lists the options for every command\n", out);
}
