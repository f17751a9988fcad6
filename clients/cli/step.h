#ifndef CLI_STEP_H
#define CLI_STEP_H

#include "cli/cli.h"
#include "lib/contract.h"

/*
 * Sends a call of an operation; when the operation wants If-Match and the call has none, reads the
 * thing first and sends its ETag. True on success.
 */
bool step_send(struct cli *cli, const struct operation *op, const struct call *call,
	       struct reply *reply);

/* Takes `action` at the thing `id` of `collection` ("/concern-reports"), with further words. */
enum exit_code step_take(struct cli *cli, const char *collection, const char *id,
			 const char *action, const char *const *words);

/* The machine's actions for a collection's things, or NULL. */
const json_t *step_actions(const struct contract *c, const char *collection);

#endif
