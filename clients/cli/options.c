/* Takes the command line apart by tables, so that help and completion come from the same tables. */
#include "cli/options.h"

#include <string.h>

const struct option_spec options_global[] = {
	{"agency", "SLUG", "sandbox: sign a token for this agency", false},
	{"ca-file", "FILE", "PEM file of the authorities that TLS trusts", false},
	{"help", NULL, "say how the command is used", false},
	{"json", NULL, "print JSON for programs instead of tables", false},
	{"keys", "DIR", "sandbox keys and agencies.json (default: beside sandbox.json)", false},
	{"quiet", NULL, "print nothing but what was asked for", false},
	{"role", "ROLE", "sandbox: the role the token speaks in", false},
	{"subject", "ID", "sandbox: the staff member, when a role has several", false},
	{"timeout", "SECONDS", "longest wait for one answer (default 30)", false},
	{"token", "TOKEN", "send this token (visible in ps: prefer --token-file)", false},
	{"token-file", "FILE", "send the token that stands in FILE; - is standard input", false},
	{"url", "URL", "base address, for example http://127.0.0.1:8080/api/v1", false},
	{"verbose", NULL, "show requests and answers on stderr, tokens hidden", false},
	{.name = NULL},
};

static const struct option_spec *find(const struct option_spec *specs, const char *name,
				      size_t length)
{
	for (; specs != NULL && specs->name != NULL; specs++)
		if (strlen(specs->name) == length && strncmp(specs->name, name, length) == 0)
			return specs;
	return NULL;
}

/* The option's value: after "=", else the next word. Moves `*argv` when it takes that. */
static const char *value_of(const struct option_spec *spec, const char *equals,
			    const char *const **argv)
{
	const char *next = (*argv)[1];

	if (equals != NULL)
		return equals + 1;
	if (spec->value == NULL)
		return "";
	if (next == NULL || (next[0] == '-' && next[1] != '\0'))
		return spec->value_may_lack ? "" : NULL;
	*argv += 1;
	return next;
}

static bool take_option(struct arena *a, const char *const **argv, const struct option_spec *own,
			struct arguments *out, const char **why)
{
	const char *name = **argv + 2, *equals = strchr(name, '='), *value;
	size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct option_spec *spec = find(own, name, length);

	if (spec == NULL)
		spec = find(options_global, name, length);
	if (spec == NULL) {
		*why = arena_printf(a, "unknown option '--%.*s'", (int)length, name);
		return false;
	}
	value = value_of(spec, equals, argv);
	if (value == NULL || (spec->value == NULL && equals != NULL)) {
		*why = arena_printf(a, "option '--%s' %s", spec->name,
				    value == NULL ? "needs a value" : "takes no value");
		return false;
	}
	if (out->option_count == OPTIONS_MAX) {
		*why = "too many options";
		return false;
	}
	out->options[out->option_count].name = spec->name;
	out->options[out->option_count++].value = value;
	return true;
}

bool options_parse(struct arena *a, const char *const *argv, const struct option_spec *own,
		   struct arguments *out, const char **why)
{
	bool words_only = false;

	*out = (struct arguments){.option_count = 0};
	for (; *argv != NULL; argv++) {
		if (!words_only && strcmp(*argv, "--") == 0) {
			words_only = true;
		} else if (!words_only && strncmp(*argv, "--", 2) == 0) {
			if (!take_option(a, &argv, own, out, why))
				return false;
		} else if (!words_only && (*argv)[0] == '-' && (*argv)[1] != '\0') {
			*why = arena_printf(a, "unknown option '%s'", *argv);
			return false;
		} else if (out->word_count == WORDS_MAX) {
			*why = "too many words";
			return false;
		} else {
			out->words[out->word_count++] = *argv;
		}
	}
	return true;
}

const char *options_value(const struct arguments *args, const char *name)
{
	for (size_t i = args->option_count; i-- > 0;)
		if (strcmp(args->options[i].name, name) == 0)
			return args->options[i].value;
	return NULL;
}
