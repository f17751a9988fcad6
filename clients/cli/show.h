#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "cli/cli.h"
#include "lib/session.h"

/* What the user sees of an answer: tables and lines, or JSON with --json. */

/* JSON, indented, on stdout. */
void show_json(struct cli *cli, const json_t *json);

/* A table of the items; `columns` are dotted paths with commas between, NULL: what items have. */
void show_items(struct cli *cli, const json_t *items, const char *columns);

/* One thing, a line a member. */
void show_thing(struct cli *cli, const json_t *thing);

/* Whatever a successful reply holds. */
enum exit_code show_reply(struct cli *cli, const struct reply *reply, const char *columns);

/* GETs the path and shows the answer, or tells what went wrong. */
enum exit_code show_path(struct cli *cli, const char *path);

/* After a step: the new state, and which actions are open now. */
enum exit_code show_step(struct cli *cli, const struct reply *reply);

/*
 * Gets a list and shows it: one page, or with --all every page. `what` names the items in the
 * progress bar.
 */
enum exit_code show_list(struct cli *cli, const struct call *call, const char *columns,
			 const char *what);

#endif
