#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

/* Each in the file of its name, call.c also has operations, patients.c log and me. */
extern const struct command command_audit;
extern const struct command command_board;
extern const struct command command_call;
extern const struct command command_complete;
extern const struct command command_completion;
extern const struct command command_help;
extern const struct command command_keygen;
extern const struct command command_log;
extern const struct command command_me;
extern const struct command command_operations;
extern const struct command command_patients;
extern const struct command command_token;

/* The everyday words, all in words.c. */
#define WORD(name, list, path, create, summary, columns) extern const struct command command_##name;
#include "cli/word.def"
#undef WORD

#endif
