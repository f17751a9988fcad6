/* What all commands share: options, errors, and the sandbox's own description of itself. */
#include "cli/cli.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/table.h"
#include "lib/text.h"

const char *cli_option(const struct cli *cli, const char *name)
{
	return options_value(&cli->args, name);
}

const char *cli_word(const struct cli *cli, size_t n)
{
	return n < cli->args.word_count ? cli->args.words[n] : NULL;
}

enum exit_code cli_fail(enum exit_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("samhandling: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return code;
}

const char *cli_clean_lines(struct arena *a, const char *text)
{
	struct text t;

	text_init(&t, a);
	for (;;) {
		size_t length = strcspn(text, "\n");

		text_add(&t, table_clean(a, arena_copy(a, text, length)));
		if (text[length] == '\0')
			return t.bytes;
		text_add(&t, "\n");
		text += length + 1;
	}
}

const char *cli_keys(const struct cli *cli)
{
	const char *chosen = cli_option(cli, "keys");

	if (chosen == NULL)
		chosen = getenv("SAMCLI_KEYS");
	if (chosen != NULL)
		return chosen;
	if (cli->sandbox_dir != NULL)
		return arena_printf(cli->arena, "%s/keys", cli->sandbox_dir);
	return "var/keys";
}

/* var/sandbox.json of the working directory or of one above it, or NULL. */
static const char *sandbox_above(struct arena *a)
{
	char here[PATH_MAX];

	if (getcwd(here, sizeof(here)) == NULL)
		return NULL;
	for (char *slash = here + strlen(here); slash != NULL; slash = strrchr(here, '/')) {
		const char *path;

		*slash = '\0';
		path = arena_printf(a, "%s/var/sandbox.json", here);
		if (file_exists(path))
			return path;
	}
	return NULL;
}

enum exit_code cli_find_sandbox(struct cli *cli)
{
	const char *path = getenv("SAMCLI_SANDBOX"), *why;

	if (path == NULL)
		path = sandbox_above(cli->arena);
	if (path == NULL || path[0] == '\0')
		return EXIT_DONE;
	cli->sandbox = file_read_json(cli->arena, path, &why);
	if (cli->sandbox == NULL)
		return cli_fail(EXIT_LOCAL, "%s", why);
	cli->sandbox_dir = file_directory(cli->arena, path);
	return EXIT_DONE;
}
