/* `samhandling audit`: the sealed access log, downloaded and verified. */
#include "cli/commands.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/connect.h"
#include "lib/audit.h"
#include "lib/file.h"
#include "lib/member.h"

enum { LINE_MEMORY = 256 * 1024 * 1024 };

/* What is verified, while it is read. */
struct reading {
	struct cli *cli;
	struct audit audit;
	struct arena *line_arena; /* of one seal */
	uint64_t from;		  /* seals before this one are passed over */
};

/* ---- verify ---- */

/* One line of a file. False when it is not as it was sealed. */
static bool verify_line(struct reading *in, const char *line, size_t size)
{
	const json_t *seal;

	arena_clear(in->line_arena);
	seal = member_keep(in->line_arena, json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL));
	if (seal == NULL) {
		snprintf(in->audit.fault, sizeof(in->audit.fault),
			 "after seal %" PRIu64 " stands what is no seal", in->audit.last);
		return false;
	}
	if ((uint64_t)json_integer_value(json_object_get(seal, "number")) < in->from)
		return true;
	return audit_seal(&in->audit, in->line_arena, seal);
}

static enum exit_code verify_stream(struct reading *in, FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	bool fine = true;

	while (fine && (size = getline(&line, &room, file)) > 0)
		fine = size == 1 || verify_line(in, line, (size_t)size);
	free(line);
	if (!fine)
		return cli_fail(EXIT_CONFLICT, "%s", in->audit.fault);
	return ferror(file) ? cli_fail(EXIT_LOCAL, "cannot read the log") : EXIT_DONE;
}

static enum exit_code verify_file(struct reading *in, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *file = standard ? stdin : fopen(path, "re");
	enum exit_code code;

	if (file == NULL)
		return cli_fail(EXIT_LOCAL, "cannot read '%s': %s", path, strerror(errno));
	code = verify_stream(in, file);
	if (!standard)
		fclose(file);
	return code;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* A directory's files one after another, by name. */
static enum exit_code verify_directory(struct reading *in, const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, is_visible, alphasort);
	enum exit_code code = EXIT_DONE;

	if (count < 0)
		return cli_fail(EXIT_LOCAL, "cannot read '%s': %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (code == EXIT_DONE)
			code = verify_file(
				in, arena_printf(in->cli->arena, "%s/%s", path, names[i]->d_name));
		free(names[i]);
	}
	free(names);
	return code;
}

static enum exit_code verify_path(struct reading *in, const char *path)
{
	struct stat status;

	if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return verify_directory(in, path);
	return verify_file(in, path);
}

static enum exit_code say_result(struct reading *in)
{
	struct audit *audit = &in->audit;

	if (!audit_end(audit))
		return cli_fail(EXIT_CONFLICT, "%s", audit->fault);
	printf("seals %" PRIu64 " to %" PRIu64 " hold: %" PRIu64 " rows, %" PRIu64
	       " of them as they are in the log now, the others by their hash\nhead %s\n",
	       audit->first, audit->last, audit->rows, audit->whole,
	       audit_hex(in->cli->arena, audit->head, AUDIT_HASH));
	return EXIT_DONE;
}

/* The number after --from; 1 without it, 0 when it is none. */
static uint64_t from_option(const struct cli *cli)
{
	const char *text = cli_option(cli, "from");
	char *end;
	unsigned long long n;

	if (text == NULL)
		return 1;
	n = strtoull(text, &end, 10);
	return *end == '\0' && text[0] != '-' ? n : 0;
}

static enum exit_code verify(struct cli *cli, const char *path)
{
	struct reading in = {.cli = cli, .from = from_option(cli)};
	const char *key = cli_option(cli, "key"), *pem, *why;
	enum exit_code code;
	size_t size;

	if (path == NULL || key == NULL || in.from == 0)
		return cli_fail(EXIT_USAGE, "audit verify FILE|DIR|- --key FILE [--from NUMBER]");
	pem = file_read(cli->arena, key, &size, &why);
	if (pem == NULL || !audit_begin(&in.audit, cli->arena, pem, &why))
		return cli_fail(EXIT_LOCAL, "'%s': %s", key, why);
	in.audit.wanted = cli_option(cli, "head");
	in.line_arena = arena_new(LINE_MEMORY);
	code = verify_path(&in, path);
	arena_free(in.line_arena);
	return code == EXIT_DONE ? say_result(&in) : code;
}

/* ---- download ---- */

/* The number after the last seal in the file; 0 when its last line is none. */
static uint64_t number_after(FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	uint64_t number = 0;
	bool any = false;

	while (getline(&line, &room, file) > 0) {
		json_t *seal = json_loads(line, 0, NULL);

		number = (uint64_t)json_integer_value(json_object_get(seal, "number"));
		json_decref(seal);
		any = true;
	}
	free(line);
	return !any || number > 0 ? number + 1 : 0;
}

/* The number of the newest seal, 0 when there is none; what is sealed while we read can wait. */
static enum exit_code newest(struct cli *cli, struct session *session, uint64_t *number)
{
	const struct call call = {.method = "GET", .path = "/log-seals?limit=1"};
	struct reply reply;

	if (!session_call(session, cli->arena, &call, &reply))
		return connect_fail(cli, &reply);
	*number = (uint64_t)json_integer_value(
		json_object_get(json_array_get(json_object_get(reply.json, "items"), 0), "number"));
	return EXIT_DONE;
}

/* Gets one seal and writes it as a line. */
static enum exit_code fetch(struct cli *cli, struct session *session, uint64_t number, FILE *out)
{
	struct arena *a = arena_new(LINE_MEMORY);
	const struct call call = {.method = "GET",
				  .path = arena_printf(a, "/log-seals/%" PRIu64, number)};
	enum exit_code code = EXIT_DONE;
	struct reply reply;

	if (!session_call(session, a, &call, &reply))
		code = connect_fail(cli, &reply);
	else if (fprintf(out, "%s\n", member_dump(a, reply.json, JSON_COMPACT)) < 0)
		code = cli_fail(EXIT_LOCAL, "cannot write the log");
	arena_free(a);
	return code;
}

static enum exit_code fetch_all(struct cli *cli, FILE *out)
{
	enum exit_code code = EXIT_DONE;
	struct session *session = connect_session(cli, &code);
	uint64_t first = number_after(out), next, last = 0;

	if (session != NULL)
		code = newest(cli, session, &last);
	if (code != EXIT_DONE)
		return code;
	if (first == 0)
		return cli_fail(EXIT_LOCAL, "the file holds something else than seals");
	if (first == 1)
		first = from_option(cli);
	for (next = first; next <= last && code == EXIT_DONE; next++)
		code = fetch(cli, session, next, out);
	if (code == EXIT_DONE && next == first)
		fprintf(stderr, "nothing was sealed since\n");
	else if (code == EXIT_DONE)
		fprintf(stderr, "seals %" PRIu64 " to %" PRIu64 "\n", first, last);
	return code;
}

static enum exit_code download(struct cli *cli)
{
	const char *path = cli_option(cli, "out");
	enum exit_code code;
	FILE *out;

	if (path == NULL || cli_word(cli, 1) != NULL || from_option(cli) == 0)
		return cli_fail(EXIT_USAGE, "audit download --out FILE [--from NUMBER]");
	out = fopen(path, "a+e");
	if (out == NULL)
		return cli_fail(EXIT_LOCAL, "cannot write '%s': %s", path, strerror(errno));
	code = fetch_all(cli, out);
	return fclose(out) == 0 || code != EXIT_DONE
		       ? code
		       : cli_fail(EXIT_LOCAL, "cannot write '%s'", path);
}

static enum exit_code run(struct cli *cli)
{
	const char *what = cli_word(cli, 0);

	if (what != NULL && strcmp(what, "verify") == 0)
		return verify(cli, cli_word(cli, 1));
	if (what != NULL && strcmp(what, "download") == 0)
		return download(cli);
	return cli_fail(EXIT_USAGE, "audit verify or audit download");
}

static const struct option_spec options[] = {
	{"key", "FILE", "verify: the public keys that may have signed, PEM", false},
	{"head", "HEX", "verify: a head noted earlier, which must be in the chain", false},
	{"from", "NUMBER", "begin with this seal (1)", false},
	{"out", "FILE", "download: where the seals go; one that is there is continued", false},
	{.name = NULL},
};

const struct command command_audit = {
	.name = "audit",
	.synopsis = "verify FILE|DIR|- --key FILE | download --out FILE",
	.summary = "verify the sealed access log, offline",
	.options = options,
	.more = "`download` gets the seals that the agency's privacy officer (PV) may read, one a\n"
		"line. `verify` asks nobody: it names the first row that was changed, is missing "
		"or\n"
		"was put in after it was sealed, and ends with 4; docs/audit.md says how.\n",
	.run = run,
};
