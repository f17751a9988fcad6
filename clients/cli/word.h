#ifndef CLI_WORD_H
#define CLI_WORD_H

#include "cli/cli.h"

/* A word for an everyday resource: `samhandling NAME list|show|…`; see word.def. */
struct word {
	const char *name, *list, *path, *create, *columns;
};

/* The word of that name, or NULL. */
const struct word *word_find(const char *name);

/* Short names for actions: "triage" for "start_triage"; the action itself when it has none. */
const char *word_action(const char *short_name);

#endif
