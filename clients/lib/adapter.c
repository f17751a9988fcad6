/* The frame of the agencies' adapters. */
#include "lib/adapter.h"

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/durable.h"
#include "lib/lock.h"
#include "lib/member.h"
#include "lib/note.h"
#include "lib/problem.h"
#include "lib/stop.h"
#include "lib/text.h"

enum { PROGRAM_MEMORY = 64 * 1024 * 1024, ROUND_MEMORY = 512 * 1024 * 1024, SPECS_MAX = 64 };

const struct setting_number adapter_settle_ms = {"2000", 0, 600000};
const struct setting_number adapter_interval_s = {"60", 1, 86400};

/* the settings that every adapter has */
static const struct setting_spec common_specs[] = {
	{.name = "service.url", .required = true},
	{.name = "service.ca_file", .is_path = true},
	{.name = "service.timeout_s", .number = &(const struct setting_number){"90", 1, 600}},
	{.name = "token.file", .is_path = true},
	{.name = "token.keys", .is_path = true},
	{.name = "token.agency"},
	{.name = "token.role"},
	{.name = "token.subject"},
	{.name = "token.purpose"},
	{.name = "spool.directory", .is_path = true, .required = true},
	{.name = "spool.keep_days", .number = &(const struct setting_number){"30", 1, 3650}},
};

/* What the command line says. */
struct command_line {
	const char *config, *option; /* the option's value, or NULL */
	bool once, check, help;
	bool wrong;
};

static struct command_line read_command_line(int argc, char **argv, const struct adapter_kind *kind)
{
	const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"once", no_argument, NULL, '1'},
		{"check", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{kind->option, required_argument, NULL, 'o'},
		{.name = NULL},
	};
	struct command_line line = {.config = NULL};
	int c;

	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
		switch (c) {
		case 'c':
			line.config = optarg;
			break;
		case '1':
			line.once = true;
			break;
		case 'k':
			line.check = true;
			break;
		case 'h':
			line.help = true;
			break;
		case 'o':
			line.option = optarg;
			break;
		default:
			line.wrong = true;
		}
	line.wrong = line.wrong || optind != argc;
	return line;
}

static int print_help(const struct adapter_kind *kind, FILE *out, int code)
{
	fprintf(out,
		"Usage: %s [--config FILE] [--once | --check]\n\n%s\n\n"
		"  --config FILE  the configuration (default: /etc/samhandling/%s.conf)\n"
		"  --once         do what there is to do and end; %d when something has to wait\n"
		"  --check        read the configuration, ask the service who we are, and end\n",
		kind->name, kind->summary, kind->name, ADAPTER_WAITS);
	if (kind->option != NULL)
		fprintf(out, "  --%s %s\n", kind->option, kind->option_help);
	return code;
}

static int fail(const char *program, const char *why)
{
	fprintf(stderr, "%s: %s\n", program, why);
	return ADAPTER_CONFIG;
}

/* The common settings and the kind's own in one table. */
static const struct setting_spec *all_specs(struct arena *a, const struct adapter_kind *kind)
{
	size_t common = sizeof(common_specs) / sizeof(*common_specs), own = 0;
	struct setting_spec *all = arena_alloc(a, SPECS_MAX * sizeof(*all));

	memcpy(all, common_specs, sizeof(common_specs));
	while (kind->specs[own].name != NULL && common + own + 1 < SPECS_MAX) {
		all[common + own] = kind->specs[own];
		own++;
	}
	return all;
}

static bool read_credential(struct adapter *adapter, const char **why)
{
	const struct settings *s = &adapter->settings;

	adapter->credential = (struct credential){
		.token_file = settings_text(s, "token.file"),
		.keys = settings_text(s, "token.keys"),
		.order = {.agency = settings_text(s, "token.agency"),
			  .role = settings_text(s, "token.role"),
			  .subject = settings_text(s, "token.subject"),
			  .purpose = settings_text(s, "token.purpose")},
	};
	if (adapter->credential.token_file != NULL)
		return true;
	if (adapter->credential.keys != NULL && adapter->credential.order.agency != NULL)
		return true;
	*why = "[token] needs file, or keys and agency with role or subject";
	return false;
}

void adapter_add(struct adapter *adapter, const struct duty *duty)
{
	if (adapter->count < ADAPTER_DUTIES_MAX)
		adapter->duties[adapter->count++] = *duty;
}

struct session *adapter_session(struct adapter *adapter, const char **why)
{
	const struct session_setup setup = {
		.base_url = settings_text(&adapter->settings, "service.url"),
		.ca_file = settings_text(&adapter->settings, "service.ca_file"),
		.timeout_ms = 1000 * settings_number(&adapter->settings, "service.timeout_s"),
		.user_agent = "samhandling-adapter/1",
		.attempts = 1, /* the spool repeats, and sleeps in a way that can be woken */
		.context = &adapter->credential,
		.renew = credential_renew,
		.stopped = stop_asked,
	};

	return session_new(&setup, why);
}

const char *adapter_directory(struct adapter *adapter, const char *name, const char **why)
{
	const char *path = arena_printf(adapter->arena, "%s/%s", adapter->directory, name);

	return durable_directory(adapter->arena, path, why) ? path : NULL;
}

const char *adapter_folder(struct adapter *adapter, const char *setting, const char **why)
{
	const char *path = settings_text(&adapter->settings, setting);

	if (path == NULL || path[0] == '\0') {
		*why = arena_printf(adapter->arena, "%s is not set", setting);
		return NULL;
	}
	return durable_directory(adapter->arena, path, why) ? path : NULL;
}

static void *work(void *context)
{
	struct duty *duty = context;
	struct arena *a = arena_new(ROUND_MEMORY);

	while (!stop_asked()) {
		struct turn turn = duty->round(duty->state, a);

		arena_clear(a);
		if (turn.pause_ms > 0)
			stop_wait(duty->descriptor != NULL ? duty->descriptor(duty->state) : -1,
				  turn.pause_ms);
	}
	arena_free(a);
	return NULL;
}

static int run_for_ever(struct adapter *adapter)
{
	pthread_t threads[ADAPTER_DUTIES_MAX];
	size_t started = 0;

	note(NOTE_INFO, "started", "{s:i}", "duties", (int)adapter->count);
	while (started < adapter->count &&
	       pthread_create(&threads[started], NULL, work, &adapter->duties[started]) == 0)
		started++;
	if (started == adapter->count)
		stop_wait(-1, -1);
	stop_ask();
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	note(NOTE_INFO, "stopped", "{}");
	return started == adapter->count ? ADAPTER_DONE : ADAPTER_WAITS;
}

static int run_once(struct adapter *adapter)
{
	struct arena *a = arena_new(ROUND_MEMORY);
	bool waits = false;

	for (size_t i = 0; i < adapter->count; i++) {
		const struct duty *duty = &adapter->duties[i];
		struct turn turn = {.pause_ms = 1};

		if (duty->never_once)
			continue;
		do {
			turn = duty->round(duty->state, a);
			arena_clear(a);
		} while (turn.pause_ms == 0);
		waits = waits || turn.waits;
	}
	arena_free(a);
	return waits ? ADAPTER_WAITS : ADAPTER_DONE;
}

/* Who the service says that we are. */
static int check(struct adapter *adapter, const char *name)
{
	const struct call call = {.method = "GET", .path = "/me"};
	const char *why;
	struct session *session = adapter_session(adapter, &why);
	struct reply reply = {.status = 0};
	const char *agency;

	if (session == NULL)
		return fail(name, why);
	session_call(session, adapter->arena, &call, &reply);
	session_free(session);
	if (reply.status != 200) {
		fprintf(stderr, "%s: %s\n", name, problem_text(adapter->arena, &reply));
		return ADAPTER_WAITS;
	}
	agency = member_text(json_object_get(reply.json, "agency"), "slug");
	printf("%s as %s at %s: the configuration is fine\n", agency != NULL ? agency : "no agency",
	       member_text(reply.json, "role") != NULL ? member_text(reply.json, "role")
						       : "machine",
	       settings_text(&adapter->settings, "service.url"));
	return ADAPTER_DONE;
}

static int run(struct adapter *adapter, const struct adapter_kind *kind,
	       const struct command_line *line)
{
	const char *why = NULL;

	if (line->check)
		return check(adapter, kind->name);
	adapter->directory = settings_text(&adapter->settings, "spool.directory");
	if (!durable_directory(adapter->arena, adapter->directory, &why) ||
	    !lock_take(adapter->arena, adapter->directory, &why) || !kind->open(adapter, &why))
		return fail(kind->name, why);
	if (line->option != NULL)
		return kind->run_option(adapter, line->option);
	return line->once ? run_once(adapter) : run_for_ever(adapter);
}

int adapter_main(int argc, char **argv, const struct adapter_kind *kind)
{
	struct command_line line = read_command_line(argc, argv, kind);
	struct adapter adapter = {.once = line.once || line.option != NULL};
	const char *config = line.config, *why = NULL;
	int code;

	if (line.help || line.wrong)
		return print_help(kind, line.wrong ? stderr : stdout,
				  line.wrong ? ADAPTER_USAGE : ADAPTER_DONE);
	stop_on_signals();
	note_open(kind->name);
	json_object_seed(0); /* before the first thread */
	adapter.arena = arena_new(PROGRAM_MEMORY);
	if (config == NULL)
		config = arena_printf(adapter.arena, "/etc/samhandling/%s.conf", kind->name);
	if (settings_read(adapter.arena, config, all_specs(adapter.arena, kind), &adapter.settings,
			  &why) &&
	    read_credential(&adapter, &why))
		code = run(&adapter, kind, &line);
	else
		code = fail(kind->name, why);
	for (size_t i = 0; i < adapter.count; i++)
		if (adapter.duties[i].end != NULL)
			adapter.duties[i].end(adapter.duties[i].state);
	arena_free(adapter.arena);
	return code;
}
