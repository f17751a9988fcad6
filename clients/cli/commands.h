#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

/* One each in the file of its name. */
extern const struct command command_keygen;
extern const struct command command_token;

#endif
