/* Answers for people and for programs. */
#include "cli/show.h"

#include <stdio.h>
#include <string.h>

#include "cli/connect.h"
#include "cli/progress.h"
#include "cli/when.h"
#include "lib/member.h"
#include "lib/pages.h"
#include "lib/table.h"
#include "lib/text.h"

enum { DERIVED_COLUMNS = 8 };

void show_json(struct cli *cli, const json_t *json)
{
	puts(member_dump(cli->arena, json, JSON_INDENT(2)));
}

static size_t split(struct arena *a, const char *columns, const char **names)
{
	size_t count = 0;

	while (*columns != '\0' && count < TABLE_COLUMNS_MAX) {
		size_t length = strcspn(columns, ",");

		names[count++] = arena_copy(a, columns, length);
		columns += length + (columns[length] == ',' ? 1 : 0);
	}
	return count;
}

/* The members of the first item that are no structures. */
static size_t derive(const json_t *items, const char **names)
{
	json_t *first = json_array_get(items, 0), *value;
	size_t count = 0;
	const char *name;

	json_object_foreach(first, name, value)
	{
		if (!json_is_object(value) && !json_is_array(value) && count < DERIVED_COLUMNS)
			names[count++] = name;
	}
	return count;
}

/* "responsible_unit" for "responsible_unit.name", "title" for "title_nb" */
static const char *heading(struct arena *a, const char *path)
{
	static const char *const tails[] = {".name", "_nb"};
	size_t length = strlen(path);

	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		size_t tail = strlen(tails[i]);

		if (length > tail && strcmp(path + length - tail, tails[i]) == 0)
			return arena_copy(a, path, length - tail);
	}
	return path;
}

static const char *readable(struct cli *cli, const json_t *value)
{
	const json_t *one;
	struct text t;
	size_t i;

	if (!json_is_array(value))
		return when_readable(cli->arena, member_readable(cli->arena, value));
	text_init(&t, cli->arena);
	json_array_foreach(value, i, one)
	{
		text_printf(&t, "%s%s", i > 0 ? ", " : "", member_readable(cli->arena, one));
	}
	return t.bytes;
}

void show_items(struct cli *cli, const json_t *items, const char *columns)
{
	const char *names[TABLE_COLUMNS_MAX], *headings[TABLE_COLUMNS_MAX] = {NULL};
	const char *cells[TABLE_COLUMNS_MAX] = {NULL};
	size_t count = columns != NULL ? split(cli->arena, columns, names) : derive(items, names);
	struct table table;
	const json_t *item;
	size_t i;

	if (json_array_size(items) == 0) {
		if (cli_option(cli, "quiet") == NULL)
			fputs("nothing\n", stderr);
		return;
	}
	for (size_t k = 0; k < count; k++)
		headings[k] = heading(cli->arena, names[k]);
	table_init(&table, cli->arena, headings, count);
	json_array_foreach(items, i, item)
	{
		for (size_t k = 0; k < count; k++)
			cells[k] = readable(cli, member_at(item, names[k]));
		table_add(&table, cells);
	}
	table_print(&table, stdout, table_terminal(stdout));
}

static bool is_plain_list(const json_t *value)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(value))
		return false;
	json_array_foreach(value, i, one)
	{
		if (json_is_object(one) || json_is_array(one))
			return false;
	}
	return true;
}

/* jansson refuses cycles and the reply's depth is bounded by its parser, so recursion ends */
static void add_member(struct cli *cli, struct table *table, const char *name, const json_t *value)
{
	const char *key, *cells[] = {name, NULL};
	const json_t *one;
	json_t *child;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, key, child)
		{
			add_member(cli, table, arena_printf(cli->arena, "%s.%s", name, key), child);
		}
		return;
	}
	if (json_is_array(value) && !is_plain_list(value)) {
		json_array_foreach(value, i, one)
		{
			add_member(cli, table, arena_printf(cli->arena, "%s[%zu]", name, i), one);
		}
		return;
	}
	cells[1] = readable(cli, value);
	if (cells[1][0] != '\0')
		table_add(table, cells);
}

void show_thing(struct cli *cli, const json_t *thing)
{
	static const char *const headings[] = {"", ""};
	struct table table;
	const char *name;
	json_t *value;

	table_init(&table, cli->arena, headings, sizeof(headings) / sizeof(*headings));
	table.bare = true;
	json_object_foreach((json_t *)(uintptr_t)thing, name, value)
	{
		add_member(cli, &table, name, value);
	}
	table_print(&table, stdout, 0);
}

enum exit_code show_reply(struct cli *cli, const struct reply *reply, const char *columns)
{
	if (reply->size > 0 && reply->json == NULL)
		fwrite(reply->text, 1, reply->size, stdout);
	else if (reply->json == NULL && cli_option(cli, "quiet") == NULL)
		fputs("done\n", stderr);
	else if (cli_option(cli, "json") != NULL && reply->json != NULL)
		show_json(cli, reply->json);
	else if (pages_items(reply) != NULL)
		show_items(cli, pages_items(reply), columns);
	else if (json_is_array(reply->json))
		show_items(cli, reply->json, columns);
	else
		show_thing(cli, reply->json);
	return EXIT_DONE;
}

/* What else must be known now: a step that waits for a second person, a warning. */
static void show_notes(struct cli *cli, const json_t *thing)
{
	const char *pending = json_string_value(member_at(thing, "pending_action.action"));
	const char *notice = member_text(thing, "notice");

	if (pending != NULL)
		printf("%s waits until another person confirms it\n",
		       table_clean(cli->arena, pending));
	if (notice != NULL)
		printf("%s\n", table_clean(cli->arena, notice));
}

enum exit_code show_step(struct cli *cli, const struct reply *reply)
{
	const char *state = member_text(reply->json, "state");
	const char *id = member_text(reply->json, "id");

	if (state == NULL)
		state = member_text(reply->json, "status");
	if (cli_option(cli, "json") != NULL || state == NULL || id == NULL)
		return show_reply(cli, reply, NULL);
	printf("%s is now %s\n", table_clean(cli->arena, id), table_clean(cli->arena, state));
	if (json_object_get(reply->json, "actions") != NULL) {
		const char *open = readable(cli, json_object_get(reply->json, "actions"));

		printf("open to you: %s\n",
		       open[0] != '\0' ? table_clean(cli->arena, open) : "nothing");
	}
	show_notes(cli, reply->json);
	return EXIT_DONE;
}

static enum exit_code show_all(struct cli *cli, const struct call *call, const char *columns,
			       const char *what)
{
	struct arena *page_arena = arena_new(4UL * REPLY_SIZE_MAX);
	json_t *items = member_keep(cli->arena, json_array()), *whole;
	struct progress progress;
	struct pages pages;
	struct reply reply;

	progress_init(&progress, cli, what, 0);
	pages_init(&pages, cli->session, cli->arena, call);
	while (pages_next(&pages, page_arena, &reply)) {
		json_array_extend(items, pages_items(&reply));
		progress_step(&progress, json_array_size(pages_items(&reply)));
		arena_clear(page_arena);
	}
	progress_end(&progress);
	if (pages.failed) {
		enum exit_code code = connect_fail(cli, &reply);

		arena_free(page_arena);
		return code;
	}
	arena_free(page_arena);
	whole = member_keep(cli->arena, json_pack("{s:O}", "items", items));
	if (cli_option(cli, "json") != NULL)
		show_json(cli, whole);
	else
		show_items(cli, items, columns);
	return EXIT_DONE;
}

/* The first page that has rows: of what is rare the service may give empty ones before it. */
static enum exit_code show_page(struct cli *cli, const struct call *call, const char *columns,
				const char *what)
{
	struct arena *page_arena = arena_new(4UL * REPLY_SIZE_MAX);
	struct progress progress;
	enum exit_code code;
	struct pages pages;
	struct reply reply;

	progress_init(&progress, cli, what, 0);
	pages_init(&pages, cli->session, cli->arena, call);
	while (pages_next(&pages, page_arena, &reply) && pages.item_count == 0 && !pages.ended) {
		progress_step(&progress, 0);
		arena_clear(page_arena);
	}
	progress_end(&progress);
	code = pages.failed ? connect_fail(cli, &reply) : show_reply(cli, &reply, columns);
	if (!pages.ended && cli_option(cli, "quiet") == NULL && cli_option(cli, "json") == NULL)
		fputs("there is more: --all shows it\n", stderr);
	arena_free(page_arena);
	return code;
}

enum exit_code show_list(struct cli *cli, const struct call *call, const char *columns,
			 const char *what)
{
	enum exit_code code = EXIT_DONE;

	if (connect_session(cli, &code) == NULL)
		return code;
	return cli_option(cli, "all") != NULL ? show_all(cli, call, columns, what)
					      : show_page(cli, call, columns, what);
}

enum exit_code show_path(struct cli *cli, const char *path)
{
	const struct call call = {.method = "GET", .path = path};
	enum exit_code code = EXIT_DONE;
	struct reply reply;

	if (connect_session(cli, &code) == NULL)
		return code;
	if (!session_call(cli->session, cli->arena, &call, &reply))
		return connect_fail(cli, &reply);
	return show_reply(cli, &reply, NULL);
}
