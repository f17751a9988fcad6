#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"

/* A bar on stderr for what takes long; nothing when stderr is no terminal or with --quiet. */
struct progress {
	const char *what;   /* "reports" */
	size_t done, total; /* total 0: not known */
	bool shown, wanted;
	long long started_ms, drawn_ms;
};

void progress_init(struct progress *p, const struct cli *cli, const char *what, size_t total);

/* `more` are done now. */
void progress_step(struct progress *p, size_t more);

/* Takes the bar away. */
void progress_end(struct progress *p);

#endif
