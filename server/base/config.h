#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>

/*
 * Settings from the environment (SAMHANDLING_…; SAMHANDLING_X_FILE reads the value from a file).
 * config.def is the table: it makes this struct, the reader and --help. Read once at start, const
 * afterwards. An unknown SAMHANDLING_ variable is an error: a misspelt setting must not be silent.
 */
struct config {
#define CONFIG_MEMBER_TEXT(member) const char *member;
#define CONFIG_MEMBER_SECRET(member) const char *member;
#define CONFIG_MEMBER_NUMBER(member) long member;
#define CONFIG_MEMBER_FLAG(member) bool member;
#define SETTING(kind, member, name, value, help) CONFIG_MEMBER_##kind(member)
#include "base/config.def"
#undef SETTING
};

/* Fills `c` from `environment` (as environ). False and a sentence in `why` when a value is bad. */
bool config_read(struct config *c, char *const *environment, char why[256]);

/* Prints every setting with its default and one sentence, for --help. */
void config_print_help(void);

/* The process's settings; set once by main before any thread exists. */
extern struct config config;

#endif
