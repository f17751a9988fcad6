/* `samhandling token`: signed tokens for the sandbox's demo people. */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/file.h"
#include "lib/issuer.h"

static bool lifetime_of(const struct cli *cli, int64_t *seconds)
{
	const char *text = cli_option(cli, "lifetime");
	char *end;

	*seconds = TOKEN_LIFETIME_DEFAULT;
	if (text == NULL)
		return true;
	errno = 0;
	*seconds = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && end != text && *seconds >= 1 &&
	       *seconds <= TOKEN_LIFETIME_MAX;
}

/* A personal number: given, or "-" for the first line of stdin, or "@file". NULL when absent. */
static const char *person_number(struct cli *cli, const char **why)
{
	const char *given = cli_option(cli, "pid");
	char *text;
	size_t size;

	if (given == NULL || (strcmp(given, "-") != 0 && given[0] != '@'))
		return given;
	text = file_read(cli->arena, given[0] == '@' ? given + 1 : given, &size, why);
	if (text != NULL)
		text[strcspn(text, " \t\r\n")] = '\0';
	return text;
}

static json_t *as_json(const struct token *token)
{
	char when[sizeof("2026-01-01T00:00:00Z")];
	time_t at = (time_t)token->expires_at;
	struct tm utc;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
	return json_pack("{s:s,s:s,s:s*,s:s,s:s}", "agency", token->agency, "role", token->role,
			 "name", token->name, "token", token->text, "expires_at", when);
}

static void print_json(json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
}

static enum exit_code sign(struct cli *cli, const struct issuer *issuer,
			   const struct token_order *order, struct token *token)
{
	const char *why;

	switch (issuer_token(cli->arena, issuer, order, token, &why)) {
	case ISSUER_FINE:
		return EXIT_DONE;
	case ISSUER_UNKNOWN:
		return cli_fail(EXIT_ABSENT, "%s", why);
	default:
		return cli_fail(EXIT_LOCAL, "%s", why);
	}
}

static enum exit_code sign_agency(struct cli *cli, const struct issuer *issuer,
				  const json_t *agency, struct token_order order, json_t *list)
{
	const json_t *person;
	size_t i;

	order.agency = json_string_value(json_object_get(agency, "slug"));
	json_array_foreach(json_object_get(agency, "staff"), i, person)
	{
		struct token token;
		enum exit_code code;

		order.role = json_string_value(json_object_get(person, "role"));
		order.subject = json_string_value(json_object_get(person, "subject"));
		code = sign(cli, issuer, &order, &token);
		if (code != EXIT_DONE)
			return code;
		json_array_append_new(list, as_json(&token));
	}
	return EXIT_DONE;
}

static enum exit_code sign_everyone(struct cli *cli, const struct issuer *issuer,
				    struct token_order order)
{
	enum exit_code code = EXIT_DONE;
	json_t *list = json_array();
	const json_t *agency;
	size_t i;

	json_array_foreach(issuer->agencies, i, agency)
	{
		code = sign_agency(cli, issuer, agency, order, list);
		if (code != EXIT_DONE)
			break;
	}
	if (code == EXIT_DONE)
		print_json(list);
	else
		json_decref(list);
	return code;
}

static enum exit_code sign_one(struct cli *cli, const struct issuer *issuer,
			       const struct token_order *order)
{
	struct token token;
	enum exit_code code = sign(cli, issuer, order, &token);

	if (code != EXIT_DONE)
		return code;
	if (cli_option(cli, "json") != NULL)
		print_json(as_json(&token));
	else
		puts(token.text);
	return EXIT_DONE;
}

static enum exit_code run(struct cli *cli)
{
	struct token_order order = {
		.agency = cli_option(cli, "agency"),
		.role = cli_option(cli, "role"),
		.subject = cli_option(cli, "subject"),
		.purpose = cli_option(cli, "purpose"),
		.scope = cli_option(cli, "scope"),
	};
	bool everyone = cli_option(cli, "all") != NULL;
	const char *why = NULL;
	struct issuer issuer;

	if (!lifetime_of(cli, &order.lifetime))
		return cli_fail(EXIT_USAGE, "--lifetime takes 1 to %d seconds", TOKEN_LIFETIME_MAX);
	if (cli_word(cli, 0) != NULL || everyone == (order.agency != NULL) ||
	    everyone == (order.role != NULL || order.subject != NULL))
		return cli_fail(EXIT_USAGE,
				"token needs --agency and --role or --subject, or --all");
	order.person_number = person_number(cli, &why);
	if (why != NULL || !issuer_load(cli->arena, cli_keys(cli), &issuer, &why))
		return cli_fail(EXIT_LOCAL, "%s", why);
	return everyone ? sign_everyone(cli, &issuer, order) : sign_one(cli, &issuer, &order);
}

static const struct option_spec options[] = {
	{"all", NULL, "one token for every demo person, as a JSON list", false},
	{"purpose", "CODE", "purpose of use: TREAT, ETREAT, COC, BTG, QA, STAT, SELF, ADMIN",
	 false},
	{"scope", "SCOPES", "scopes, separated by spaces (default: all that agencies may ask)",
	 false},
	{"lifetime", "SECONDS", "how long it is good for, at most 43200 (default 3600)", false},
	{"pid", "NUMBER", "citizens: the person's number; - reads it from stdin, @FILE a file",
	 false},
	{.name = NULL},
};

const struct command command_token = {
	.name = "token",
	.synopsis = "--agency SLUG --role ROLE [--subject ID] [OPTIONS]",
	.summary = "sign a token for a demo person of the sandbox",
	.options = options,
	.more = "Signs with the agency's key in the sandbox's key directory; --json adds name and "
		"end.\n"
		"Only the sandbox accepts these tokens.\n",
	.run = run,
};
