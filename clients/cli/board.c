/* `samhandling board`: who is on a team's board, in the order of its categories. */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/connect.h"
#include "cli/show.h"
#include "lib/encode.h"
#include "lib/member.h"
#include "lib/table.h"

static const char full[] =
	"category,given_name,family_name,days_on_board,next_review_on,overdue,contacts,"
	"expected_contacts,main_contact_name,next_contact_at,entry_id";
static const char wall[] = "category,initials";

/* Sends the call; NULL: `*code` is set and the user was told. */
static const json_t *get(struct cli *cli, const struct call *call, enum exit_code *code)
{
	struct reply reply;

	if (connect_session(cli, code) == NULL)
		return NULL;
	if (!session_call(cli->session, cli->arena, call, &reply)) {
		*code = connect_fail(cli, &reply);
		return NULL;
	}
	return reply.json;
}

/* The one unit in which the caller works, or NULL with the code set. */
static const char *own_unit(struct cli *cli, enum exit_code *code)
{
	const struct call call = {.method = "GET", .path = "/me"};
	const json_t *me = get(cli, &call, code), *units = json_object_get(me, "units");

	if (me != NULL && json_array_size(units) == 1)
		return member_text(json_array_get(units, 0), "id");
	if (me != NULL)
		*code = cli_fail(EXIT_USAGE, "you do not work in just one unit: board UNIT-ID");
	return NULL;
}

/* The categories' persons in one list, each with the name of the category. */
static const json_t *cards(struct cli *cli, const json_t *board)
{
	json_t *list = member_keep(cli->arena, json_array());
	const json_t *category, *person;
	size_t i, k;

	json_array_foreach(json_object_get(board, "categories"), i, category)
	{
		json_t *name = json_object_get(category, "name");

		json_array_foreach(json_object_get(category, "entries"), k, person)
		{
			json_t *card = json_copy((json_t *)(uintptr_t)person);

			json_object_set(card, "category", name);
			json_array_append_new(list, card);
		}
		json_array_foreach(json_object_get(category, "initials"), k, person)
		{
			json_array_append_new(
				list, json_pack("{s:O,s:O}", "category", name, "initials", person));
		}
	}
	return list;
}

static void show_board(struct cli *cli, const json_t *board)
{
	const json_t *tiles = json_object_get(board, "tiles");
	const char *name;
	json_t *count;

	printf("%s, %s", table_clean(cli->arena, member_text(board, "name")),
	       table_clean(cli->arena, member_text(board, "date")));
	json_object_foreach((json_t *)(uintptr_t)tiles, name, count)
	{
		printf(", %s %s", name, member_readable(cli->arena, count));
	}
	puts("");
	show_items(cli, cards(cli, board), cli_option(cli, "wall") != NULL ? wall : full);
}

static enum exit_code run(struct cli *cli)
{
	enum exit_code code = EXIT_DONE;
	const char *unit = cli_word(cli, 0);
	struct call call = {.method = "GET"};
	const json_t *board;

	if (cli->args.word_count > 1)
		return cli_fail(EXIT_USAGE, "board takes one unit's id or nothing");
	if (unit == NULL && (unit = own_unit(cli, &code)) == NULL)
		return code;
	call.path = arena_printf(cli->arena, "/units/%s/board", encode_percent(cli->arena, unit));
	if (cli_option(cli, "wall") != NULL)
		call.query = member_keep(cli->arena, json_pack("{s:s}", "view", "wall"));
	board = get(cli, &call, &code);
	if (board == NULL)
		return code;
	if (cli_option(cli, "json") != NULL)
		show_json(cli, board);
	else
		show_board(cli, board);
	return EXIT_DONE;
}

static const struct option_spec options[] = {
	{"wall", NULL, "for a screen that all can see: initials and category alone", false},
	{.name = NULL},
};

const struct command command_board = {
	.name = "board",
	.synopsis = "[UNIT-ID] [--wall]",
	.summary = "who is on the team's board, category by category",
	.options = options,
	.more = "Without a unit it is the one in which you work.\n",
	.run = run,
};
