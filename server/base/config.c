/* Reads the settings from the environment by the table in config.def. */
#include "base/config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config config;

enum kind { TEXT, SECRET, NUMBER, FLAG };

static const struct setting {
	enum kind kind;
	const char *name;
	const char *text; /* default of a TEXT or SECRET */
	long number;
	size_t offset;
	const char *help;
} settings[] = {
#define DEFAULT_TEXT(value) .text = value
#define DEFAULT_SECRET(value) .text = value
#define DEFAULT_NUMBER(value) .number = value
#define DEFAULT_FLAG(value) .number = value
#define SETTING(k, member, n, value, h)                                                            \
	{.kind = k,                                                                                \
	 .name = n,                                                                                \
	 DEFAULT_##k(value),                                                                       \
	 .offset = offsetof(struct config, member),                                                \
	 .help = h},
#include "base/config.def"
#undef SETTING
};

enum {
	SETTING_COUNT = sizeof(settings) / sizeof(settings[0]),
	VALUE_MAX = 65536,
	NUMBER_MAX = 1000000000
};

static const char prefix[] = "SAMHANDLING_";

static bool fail(char why[256], const char *name, const char *what)
{
	snprintf(why, 256, "%s%s %s", prefix, name, what);
	return false;
}

static bool store(struct config *c, const struct setting *s, const char *value, char why[256])
{
	char *at = (char *)c + s->offset;

	if (s->kind == TEXT || s->kind == SECRET) {
		char *copy = strdup(value);

		if (copy == NULL)
			return fail(why, s->name, "does not fit into memory");
		*(const char **)(void *)at = copy;
		return true;
	}

	size_t digits = strspn(value, "0123456789");
	long n = digits == 0 || digits > 10 ? -1 : strtol(value, NULL, 10);

	if (value[digits] != '\0' || n < 0 || n > NUMBER_MAX)
		return fail(why, s->name, "is not a whole number from 0");
	if (s->kind == FLAG) {
		if (n > 1)
			return fail(why, s->name, "is neither 0 nor 1");
		*(bool *)(void *)at = n == 1;
		return true;
	}
	memcpy(at, &n, sizeof(n));
	return true;
}

static bool store_file(struct config *c, const struct setting *s, const char *path, char why[256])
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, VALUE_MAX);
	bool ok = f != NULL && text != NULL;

	if (ok) {
		size_t n = fread(text, 1, VALUE_MAX - 1, f);

		ok = !ferror(f) && n < VALUE_MAX - 1 && memchr(text, '\0', n) == NULL;
		while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
			text[--n] = '\0';
	}
	if (f != NULL)
		fclose(f);
	ok = ok ? store(c, s, text, why) : fail(why, s->name, "names a file that cannot be read");
	free(text);
	return ok;
}

static const struct setting *find(const char *name, size_t len, bool *from_file)
{
	static const char suffix[] = "_FILE";

	*from_file = false;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < SETTING_COUNT; i++)
			if (strlen(settings[i].name) == len &&
			    memcmp(settings[i].name, name, len) == 0)
				return &settings[i];
		if (len < sizeof(suffix) || memcmp(name + len - 5, suffix, 5) != 0)
			return NULL;
		len -= 5;
		*from_file = true;
	}
	return NULL;
}

static bool read_one(struct config *c, const char *variable, char why[256])
{
	const char *name = variable + sizeof(prefix) - 1, *equals = strchr(name, '=');
	bool from_file;

	if (equals == NULL)
		return true;

	const struct setting *s = find(name, (size_t)(equals - name), &from_file);

	if (s == NULL) {
		/* the name alone: its value may be a secret */
		int len = (int)(equals - variable);

		snprintf(why, 256, "%.*s is not a setting", len > 100 ? 100 : len, variable);
		return false;
	}
	return from_file ? store_file(c, s, equals + 1, why) : store(c, s, equals + 1, why);
}

bool config_read(struct config *c, char *const *environment, char why[256])
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = &settings[i];
		char number[24];

		snprintf(number, sizeof(number), "%ld", s->number);
		if (s->text != NULL)
			memcpy((char *)c + s->offset, &s->text, sizeof(s->text));
		else if (!store(c, s, number, why))
			return false;
	}
	for (; *environment != NULL; environment++)
		if (strncmp(*environment, prefix, sizeof(prefix) - 1) == 0 &&
		    !read_one(c, *environment, why))
			return false;
	return true;
}

void config_print_help(void)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = &settings[i];

		printf("  %s%-24s ", prefix, s->name);
		if (s->text != NULL)
			printf("%s [%s]\n", s->help, s->text);
		else
			printf("%s [%ld]\n", s->help, s->number);
	}
}
