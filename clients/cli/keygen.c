/* `samhandling keygen`: a new signing key, private half to a file, public half to stdout. */
#include "cli/commands.h"

#include <stdio.h>

#include "lib/file.h"
#include "lib/jwk.h"
#include "lib/member.h"

/* The key that is in the file already (--keep), or NULL with the code set. */
static json_t *existing(struct cli *cli, const char *path, enum exit_code *code)
{
	const char *why;
	struct jwk key;
	json_t *jwk;

	if (cli_option(cli, "keep") == NULL) {
		*code = cli_fail(EXIT_CONFLICT,
				 "'%s' exists; --keep prints its public half, --force replaces it",
				 path);
		return NULL;
	}
	jwk = file_read_json(cli->arena, path, &why);
	if (jwk == NULL || !jwk_from_json(cli->arena, jwk, &key, &why)) {
		*code = cli_fail(EXIT_LOCAL, "'%s': %s", path, why);
		return NULL;
	}
	return jwk;
}

static json_t *make(struct cli *cli, const char *path, enum exit_code *code)
{
	const char *kid = cli_option(cli, "kid"), *why;
	json_t *jwk = jwk_generate(cli->arena, kid != NULL && kid[0] != '\0' ? kid : NULL, &why);

	if (jwk != NULL &&
	    file_write_private(
		    cli->arena, path,
		    arena_printf(cli->arena, "%s\n", member_dump(cli->arena, jwk, JSON_INDENT(2))),
		    cli_option(cli, "force") == NULL, &why))
		return jwk;
	*code = cli_fail(EXIT_LOCAL, "%s", why);
	return NULL;
}

static enum exit_code run(struct cli *cli)
{
	const char *path = cli_option(cli, "out");
	enum exit_code code = EXIT_DONE;
	json_t *jwk;

	if (path == NULL || cli_word(cli, 0) != NULL)
		return cli_fail(EXIT_USAGE, "keygen needs --out FILE and no words");
	if (file_exists(path) && cli_option(cli, "force") == NULL)
		jwk = existing(cli, path, &code);
	else
		jwk = make(cli, path, &code);
	if (jwk != NULL)
		puts(member_dump(cli->arena, jwk_public(cli->arena, jwk), JSON_INDENT(2)));
	return code;
}

static const struct option_spec options[] = {
	{"out", "FILE", "where the private JWK goes (mode 0600)", false},
	{"kid", "NAME", "key id; without a name, the thumbprint of RFC 7638 (the default)", true},
	{"keep", NULL, "when FILE exists: print its public half and leave it", false},
	{"force", NULL, "when FILE exists: replace it", false},
	{.name = NULL},
};

const struct command command_keygen = {
	.name = "keygen",
	.synopsis = "--out FILE [--kid [NAME]] [--keep | --force]",
	.summary = "make an EC P-256 signing key",
	.options = options,
	.more = "Writes the private JWK to FILE and prints the public JWK, ready for a key set.\n",
	.run = run,
};
