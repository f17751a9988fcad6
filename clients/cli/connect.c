/* From options, environment and sandbox.json to a session with a token. */
#include "cli/connect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/issuer.h"
#include "lib/member.h"
#include "lib/problem.h"
#include "lib/table.h"

enum { OWN_TOKEN_LIFETIME_S = 600, TIMEOUT_MAX_S = 3600 };

static const char *option_or_environment(const struct cli *cli, const char *option,
					 const char *environment)
{
	const char *value = cli_option(cli, option);

	if (value == NULL)
		value = getenv(environment);
	return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *connect_url(const struct cli *cli)
{
	const char *url = option_or_environment(cli, "url", "SAMCLI_URL");

	return url != NULL ? url : member_text(cli->sandbox, "base_url");
}

static bool token_from_file(struct arena *a, const char *path, struct bearer *out, const char **why)
{
	size_t size;
	char *text = file_read(a, path, &size, why);

	if (text == NULL)
		return false;
	text[strcspn(text, " \t\r\n")] = '\0';
	out->text = text;
	return true;
}

/* A ready token of sandbox.json, for when the keys are not at hand. */
static bool token_from_sandbox(struct cli *cli, const struct token_order *order, struct bearer *out)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(cli->sandbox, "tokens"), i, entry)
	{
		const char *agency = member_text(entry, "agency"),
			   *role = member_text(entry, "role");

		if (agency == NULL || strcmp(agency, order->agency) != 0)
			continue;
		if (order->role != NULL && (role == NULL || strcmp(role, order->role) != 0))
			continue;
		out->text = member_text(entry, "token");
		return out->text != NULL;
	}
	return false;
}

static bool token_signed(struct cli *cli, struct arena *a, const char *agency, struct bearer *out,
			 const char **why)
{
	const struct token_order order = {
		.agency = agency,
		.role = option_or_environment(cli, "role", "SAMCLI_ROLE"),
		.subject = cli_option(cli, "subject"),
		.lifetime = OWN_TOKEN_LIFETIME_S,
	};
	struct issuer issuer;
	struct token token;

	if (issuer_load(a, cli_keys(cli), &issuer, why) &&
	    issuer_token(a, &issuer, &order, &token, why) == ISSUER_FINE) {
		*out = (struct bearer){.text = token.text, .expires_at = token.expires_at};
		return true;
	}
	return order.subject == NULL && token_from_sandbox(cli, &order, out);
}

static bool renew(void *context, struct arena *a, struct bearer *out, const char **why)
{
	struct cli *cli = context;
	const char *file = cli_option(cli, "token-file"), *agency = cli_option(cli, "agency");

	out->text = cli_option(cli, "token");
	if (out->text != NULL)
		return true;
	if (file != NULL)
		return token_from_file(a, file, out, why);
	if (agency != NULL)
		return token_signed(cli, a, agency, out, why);
	out->text = getenv("SAMCLI_TOKEN");
	if (out->text != NULL)
		return true;
	file = getenv("SAMCLI_TOKEN_FILE");
	if (file != NULL)
		return token_from_file(a, file, out, why);
	agency = getenv("SAMCLI_AGENCY");
	if (agency != NULL)
		return token_signed(cli, a, agency, out, why);
	*why = "no token: give --agency and --role in the sandbox, else --token-file";
	return false;
}

static void trace(void *context, const char *line)
{
	struct cli *cli = context;

	fprintf(stderr, "%s\n", table_clean(cli->arena, line));
}

static void waiting(void *context, long pause_ms, const char *why)
{
	struct cli *cli = context;

	if (cli_option(cli, "quiet") == NULL)
		fprintf(stderr, "samhandling: %s; trying again in %.1f s\n",
			table_clean(cli->arena, why != NULL ? why : "the service is busy"),
			(double)pause_ms / 1000);
}

/* Milliseconds of --timeout, 0 for the default, -1 when it is no number. */
static long timeout_of(const struct cli *cli)
{
	const char *text = cli_option(cli, "timeout");
	char *end;
	double seconds;

	if (text == NULL)
		return 0;
	seconds = strtod(text, &end);
	if (end == text || *end != '\0' || !(seconds > 0 && seconds <= TIMEOUT_MAX_S))
		return -1;
	return (long)(seconds * 1000) + 1;
}

struct session *connect_session(struct cli *cli, enum exit_code *code)
{
	const struct session_setup setup = {
		.base_url = connect_url(cli),
		.user_agent = "samhandling-cli/1",
		.language = getenv("SAMCLI_LANGUAGE"),
		.ca_file = option_or_environment(cli, "ca-file", "SAMCLI_CA_FILE"),
		.timeout_ms = timeout_of(cli),
		.context = cli,
		.renew = renew,
		.trace = cli_option(cli, "verbose") != NULL ? trace : NULL,
		.waiting = waiting,
	};
	const char *why;

	if (cli->session != NULL)
		return cli->session;
	if (setup.base_url == NULL)
		*code = cli_fail(EXIT_USAGE, "where is the service? Give --url, or start the "
					     "sandbox (make run)");
	else if (setup.timeout_ms < 0)
		*code = cli_fail(EXIT_USAGE, "--timeout takes seconds, at most %d", TIMEOUT_MAX_S);
	else if ((cli->session = session_new(&setup, &why)) == NULL)
		*code = cli_fail(EXIT_USAGE, "'%s': %s", setup.base_url, why);
	return cli->session;
}

enum exit_code connect_code(const struct reply *reply)
{
	if (reply->status == 0)
		return reply->tokenless ? EXIT_REFUSED : EXIT_NETWORK;
	if (reply->status < 400)
		return EXIT_DONE;
	if (reply->status == 401 || reply->status == 403)
		return EXIT_REFUSED;
	if (reply->status == 404)
		return EXIT_ABSENT;
	if (reply->status == 503 || reply->status == 429)
		return EXIT_UNAVAILABLE;
	return reply->status >= 500 ? EXIT_SERVICE : EXIT_CONFLICT;
}

enum exit_code connect_fail(struct cli *cli, const struct reply *reply)
{
	if (cli_option(cli, "json") != NULL && json_is_object(reply->json))
		puts(member_dump(cli->arena, reply->json, JSON_INDENT(2)));
	return cli_fail(connect_code(reply), "%s",
			cli_clean_lines(cli->arena, problem_text(cli->arena, reply)));
}

struct contract *connect_contract(struct cli *cli, enum exit_code *code)
{
	struct session *session = connect_session(cli, code);
	struct contract *contract;
	struct reply reply;
	const char *why = NULL;

	if (session == NULL)
		return NULL;
	contract = contract_load(cli->arena, session, &reply, &why);
	if (contract == NULL) {
		bool refused = reply.status == 0 || reply.status >= 400;

		*code = refused ? connect_fail(cli, &reply) : cli_fail(EXIT_SERVICE, "%s", why);
	}
	return contract;
}
