#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "cli/options.h"

/* What the program ends with; documented in the man page, so never renumbered. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_USAGE = 1,
	EXIT_ABSENT = 2,      /* 404, or something named that does not exist */
	EXIT_REFUSED = 3,     /* 401, 403, or no token */
	EXIT_CONFLICT = 4,    /* 409, 412, 422 and the other faults of a request */
	EXIT_UNAVAILABLE = 5, /* 503, 429 */
	EXIT_NETWORK = 6,     /* no answer */
	EXIT_LOCAL = 7,	      /* a file here cannot be read or written */
	EXIT_SERVICE = 8,     /* 5xx, or an answer that is not what the contract says */
};

struct session; /* lib/session.h */

/* One run of the program. */
struct cli {
	struct arena *arena;	 /* lives as long as the program */
	struct arguments args;	 /* words without the command's own name */
	const char *sandbox_dir; /* where sandbox.json was found, or NULL */
	const json_t *sandbox;	 /* its content, or NULL */
	struct session *session; /* made when first needed */
};

struct command {
	const char *name, *synopsis, *summary; /* "token", "--agency SLUG …", one line */
	const struct option_spec *options;     /* its own; NULL for none */
	const char *more;		       /* help beyond the options, or NULL */
	enum exit_code (*run)(struct cli *cli);
};

/* The option's value, "" for a switch that is on, NULL when absent. */
const char *cli_option(const struct cli *cli, const char *name);

/* The n-th word after the command, or NULL. */
const char *cli_word(const struct cli *cli, size_t n);

/* Says "samhandling: …" on stderr and returns `code`. */
enum exit_code cli_fail(enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The text with control characters made spaces, line breaks kept. */
const char *cli_clean_lines(struct arena *a, const char *text);

/* The directory of the sandbox's keys: --keys, $SAMCLI_KEYS, beside sandbox.json, var/keys. */
const char *cli_keys(const struct cli *cli);

/* Finds and reads sandbox.json; a broken one is an error, a missing one is not. */
enum exit_code cli_find_sandbox(struct cli *cli);

#endif
