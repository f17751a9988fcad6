#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* One option a command knows. */
struct option_spec {
	const char *name;  /* without the dashes */
	const char *value; /* what its value is called in help; NULL for a switch */
	const char *help;  /* one line */
	bool value_may_lack;
};

enum { OPTIONS_MAX = 32, WORDS_MAX = 512 };

/* A command line taken apart. Values point into argv. */
struct arguments {
	size_t option_count, word_count;
	struct {
		const char *name, *value; /* "" for a switch */
	} options[OPTIONS_MAX];
	const char *words[WORDS_MAX + 1]; /* what is not an option, in order, ended by NULL */
};

/* The options that every command knows, ended by a nameless one. */
extern const struct option_spec options_global[];

/*
 * Takes a command line apart; `own` (may be NULL, ended by a nameless entry) are known beside the
 * global options. "--" ends the options; a lone "-" is a word. False and `*why` on an unknown
 * option or a missing value.
 */
bool options_parse(struct arena *a, const char *const *argv, const struct option_spec *own,
		   struct arguments *out, const char **why);

/* The option's value (the last one given), "" for a switch, NULL when absent. */
const char *options_value(const struct arguments *args, const char *name);

#endif
