#ifndef CLI_CONNECT_H
#define CLI_CONNECT_H

#include "cli/cli.h"
#include "lib/contract.h"
#include "lib/session.h"

/* The base address: --url, $SAMCLI_URL, sandbox.json; NULL when there is none. */
const char *connect_url(const struct cli *cli);

/* The run's session, made when first asked for. NULL: `*code` is set and the user was told. */
struct session *connect_session(struct cli *cli, enum exit_code *code);

/* The service's contract. NULL: `*code` is set and the user was told. */
struct contract *connect_contract(struct cli *cli, enum exit_code *code);

/* What a reply means for the exit code. */
enum exit_code connect_code(const struct reply *reply);

/* Tells what went wrong and returns the exit code. */
enum exit_code connect_fail(struct cli *cli, const struct reply *reply);

#endif
