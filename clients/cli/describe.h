#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include "cli/cli.h"
#include "lib/contract.h"

/* Prints what an operation is for, what it takes, and a command line that calls it. */
void describe_operation(struct cli *cli, const struct contract *c, const struct operation *op);

/* Prints a machine's actions: name, from, to, needed members. */
void describe_actions(struct cli *cli, const json_t *actions);

#endif
