#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdio.h>

#include "cli/cli.h"

/* Every command, alphabetical, ended by NULL. */
extern const struct command *const commands[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

/* The overview: all commands, global options, exit codes. */
void command_print_all(FILE *out);

/* One command's help. */
void command_print(const struct command *command, FILE *out);

#endif
