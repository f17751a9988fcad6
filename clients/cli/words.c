/* The everyday words: one grammar for every resource, its rows in word.def. */
#include "cli/word.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/connect.h"
#include "cli/describe.h"
#include "cli/show.h"
#include "cli/step.h"
#include "lib/encode.h"
#include "lib/member.h"
#include "lib/operation.h"
#include "lib/pages.h"

static const struct word words[] = {
#define WORD(name, list, path, create, summary, columns) {#name, list, path, create, columns},
#include "cli/word.def"
#undef WORD
};

static const struct short_name {
	const char *name, *action;
} short_names[] = {
	{"act", "start_action"},    {"confirm-close", "confirm"}, {"identify", "identify_subject"},
	{"info", "request_info"},   {"severity", "set_severity"}, {"transfer", "transfer_out"},
	{"triage", "start_triage"},
};

/* A forwarded report is answered at its handover, the only door (the report follows). */
static const char *const handover_actions[] = {"accept", "reject", "recall", NULL};

const struct word *word_find(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

const char *word_action(const char *short_name)
{
	for (size_t i = 0; i < sizeof(short_names) / sizeof(*short_names); i++)
		if (strcmp(short_names[i].name, short_name) == 0)
			return short_names[i].action;
	return short_name;
}

static const struct operation *operation_at(struct cli *cli, const char *method, const char *path,
					    enum exit_code *code)
{
	struct contract *contract = connect_contract(cli, code);
	const struct operation *op = NULL;

	if (contract != NULL)
		op = contract_find(contract, method, path);
	if (contract != NULL && op == NULL)
		*code = cli_fail(EXIT_ABSENT, "the service has no %s %s", method, path);
	return op;
}

/* The words from `first` on; where the list belongs to a patient, a bare first one is their id. */
static const char *const *words_from(struct cli *cli, const struct word *word, size_t first)
{
	const char *id = cli_word(cli, first);

	if (id != NULL && strchr(word->list, '{') != NULL && strpbrk(id, "=@") == NULL &&
	    strcmp(id, "-") != 0)
		cli->args.words[first] = arena_printf(cli->arena, "id=%s", id);
	return cli->args.words + first;
}

static enum exit_code word_list(struct cli *cli, const struct word *word, size_t first)
{
	enum exit_code code = EXIT_DONE;
	const struct operation *op = operation_at(cli, "GET", word->list, &code);
	struct call call;
	const char *why;

	if (op == NULL)
		return code;
	if (!operation_fill(cli->arena, op, words_from(cli, word, first), &call, &why))
		return cli_fail(EXIT_USAGE, "%s", why);
	return show_list(cli, &call, word->columns, word->name);
}

static enum exit_code word_show(struct cli *cli, const struct word *word, const char *id)
{
	return show_path(
		cli, arena_printf(cli->arena, "%s/%s", word->path, encode_percent(cli->arena, id)));
}

static enum exit_code word_create(struct cli *cli, const struct word *word)
{
	enum exit_code code = EXIT_DONE;
	const struct operation *op = operation_at(cli, "POST", word->list, &code);
	struct reply reply;
	struct call call;
	const char *why;

	if (op == NULL)
		return code;
	if (!operation_fill(cli->arena, op, words_from(cli, word, 1), &call, &why))
		return cli_fail(EXIT_USAGE, "%s", why);
	if (!session_call(cli->session, cli->arena, &call, &reply))
		return connect_fail(cli, &reply);
	return show_step(cli, &reply);
}

static bool mentions(const json_t *item, const char *id)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)item, name, value)
	{
		if (json_is_string(value) && strcmp(json_string_value(value), id) == 0)
			return true;
		if (json_is_object(value) && mentions(value, id))
			return true;
	}
	return false;
}

/* The open handover of a report, or NULL with the code set. */
static const char *handover_of(struct cli *cli, const char *report, enum exit_code *code)
{
	const json_t *query = member_keep(cli->arena, json_pack("{s:s}", "status", "OFFERED"));
	const struct call call = {.method = "GET", .path = "/handovers", .query = query};
	struct pages pages;
	struct reply reply;

	if (connect_session(cli, code) == NULL)
		return NULL;
	pages_init(&pages, cli->session, cli->arena, &call);
	while (pages_next(&pages, cli->arena, &reply)) {
		const json_t *item;
		size_t i;

		json_array_foreach(pages_items(&reply), i, item)
		{
			if (mentions(item, report) && member_text(item, "id") != NULL)
				return member_text(item, "id");
		}
	}
	*code = pages.failed ? connect_fail(cli, &reply)
			     : cli_fail(EXIT_ABSENT, "no handover of '%s' waits for you", report);
	return NULL;
}

static bool goes_by_handover(const struct word *word, const char *action)
{
	if (strcmp(word->path, "/concern-reports") != 0)
		return false;
	for (size_t i = 0; handover_actions[i] != NULL; i++)
		if (strcmp(handover_actions[i], action) == 0)
			return true;
	return false;
}

static enum exit_code word_step(struct cli *cli, const struct word *word, const char *action)
{
	const char *id = cli_word(cli, 1), *const *more = cli->args.words + 2;
	enum exit_code code = EXIT_DONE;

	if (id == NULL || strchr(id, '=') != NULL)
		return cli_fail(EXIT_USAGE, "%s %s needs an id; `samhandling %s help` says more",
				word->name, action, word->name);
	if (!goes_by_handover(word, action))
		return step_take(cli, word->path, id, word_action(action), more);
	id = handover_of(cli, id, &code);
	return id != NULL ? step_take(cli, "/handovers", id, action, more) : code;
}

static enum exit_code word_help(struct cli *cli, const struct word *word)
{
	enum exit_code code = EXIT_DONE;
	struct contract *contract = connect_contract(cli, &code);
	const json_t *actions;
	const char *owner;

	if (contract == NULL)
		return code;
	owner = strchr(word->list, '{') != NULL ? " PATIENT-ID" : "";
	printf("samhandling %s list%s [key=value …]\nsamhandling %s show ID\n", word->name, owner,
	       word->name);
	if (word->create != NULL)
		printf("samhandling %s %s%s key=value …\n", word->name, word->create, owner);
	actions = step_actions(contract, word->path);
	if (actions != NULL) {
		printf("samhandling %s ACTION ID [key=value …]\n\n", word->name);
		describe_actions(cli, actions);
	}
	return EXIT_DONE;
}

static enum exit_code run_word(struct cli *cli, const char *name)
{
	const struct word *word = word_find(name);
	const char *what = cli_word(cli, 0);

	if (what == NULL || strchr(what, '=') != NULL)
		return word_list(cli, word, 0);
	if (strcmp(what, "list") == 0)
		return word_list(cli, word, 1);
	if (strcmp(what, "help") == 0)
		return word_help(cli, word);
	if (strcmp(what, "show") == 0 && cli->args.word_count == 2)
		return word_show(cli, word, cli_word(cli, 1));
	if (strcmp(what, "show") == 0)
		return cli_fail(EXIT_USAGE, "%s show needs one id", name);
	if (word->create != NULL && strcmp(what, word->create) == 0)
		return word_create(cli, word);
	return word_step(cli, word, what);
}

static const struct option_spec options[] = {
	{"all", NULL, "lists: get every page", false},
	{.name = NULL},
};

static const char more[] =
	"list [key=value …]      a page of the list, narrowed by the contract's parameters\n"
	"show ID                 one of them\n"
	"ACTION ID [key=value …] take a step; sends the ETag, prints the new state and what is "
	"open\n"
	"help                    the word for a new one, the actions, and what they need\n";

#define WORD(name_, list, path, create, summary_, columns)                                         \
	static enum exit_code run_##name_(struct cli *cli)                                         \
	{                                                                                          \
		return run_word(cli, #name_);                                                      \
	}                                                                                          \
	const struct command command_##name_ = {                                                   \
		.name = #name_,                                                                    \
		.synopsis = "[list | show ID | ACTION ID] [key=value …] [--all]",                  \
		.summary = summary_,                                                               \
		.options = options,                                                                \
		.more = more,                                                                      \
		.run = run_##name_,                                                                \
	};
#include "cli/word.def"
#undef WORD
