/* The start-up story: settings, contract, database, jobs, sockets; then wait for signals. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/news.h"
#include "api/print.h"
#include "api/service.h"
#include "api/trust.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/event.h"
#include "db/pool.h"
#include "db/share.h"
#include "http/server.h"
#include "jobs/jobs.h"
#include "jobs/sequencer.h"

enum {
	EXIT_SETTINGS = 2,
	EXIT_CONTRACT = 3,
	EXIT_DATABASE = 4,
	EXIT_SOCKETS = 5,
	EXIT_UNFINISHED = 6
};

static int fail(int code, const char *why)
{
	char text[256];

	event(E_START_FAILED, "\"reason\":\"%s\"", event_text(why, text));
	return code;
}

static int usage(void)
{
	puts("usage: samhandlingd [--check | --check-db | --print-statements OPERATION |\n"
	     "                     --hash-number | --help]\n"
	     "Settings come from the environment (NAME_FILE reads the value from a file):");
	config_print_help();
	return 0;
}

static sigset_t block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* before any thread exists, so that all inherit it and only main takes signals */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return set;
}

/* SIGHUP reads again; the first SIGTERM or SIGINT ends the wait. */
static void wait_for_end(const sigset_t *set)
{
	int signal_number = 0;

	while (sigwait(set, &signal_number) == 0 && signal_number == SIGHUP)
		service_reload();
	event(E_STOPPING, "\"signal\":%d", signal_number);
}

static int serve(void)
{
	char why[256];
	int64_t started = clock_monotonic_us();
	sigset_t signals = block_signals();
	struct http_server *server;

	if (!trust_reload(why))
		return fail(EXIT_DATABASE, why);
	if (!jobs_start())
		return fail(EXIT_SETTINGS, "the job threads cannot start");
	server = http_start(why);
	if (server == NULL) {
		jobs_stop();
		return fail(EXIT_SOCKETS, why);
	}
	event(E_READY, "\"pid\":%d,\"port\":%ld,\"us\":%lld", (int)getpid(), config.port,
	      (long long)(clock_monotonic_us() - started));
	wait_for_end(&signals);
	news_stop(); /* those who wait for news are answered now */
	sequencer_stop();
	if (!http_stop(server)) {
		/* requests still run after the limit: nothing may be taken away from under them */
		event(E_STOPPED, "\"pid\":%d,\"unfinished\":true", (int)getpid());
		_exit(EXIT_UNFINISHED);
	}
	jobs_stop();
	event(E_STOPPED, "\"pid\":%d", (int)getpid());
	return 0;
}

/* What needs no database; true when that was all, with the exit code. */
static bool print_and_end(int argc, char **argv, int *code)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 2 && strcmp(what, "--check") == 0)
		*code = puts("contract, statements and machines agree") < 0;
	else if (argc == 3 && strcmp(what, "--print-statements") == 0)
		*code = print_statements(argv[2]) ? 0 : fail(EXIT_SETTINGS, "no such operation");
	else if (argc == 2 && strcmp(what, "--hash-number") == 0)
		*code = print_number_hash() ? 0 : fail(EXIT_SETTINGS, "no national number");
	else
		return false;
	return true;
}

static int run(int argc, char **argv)
{
	char why[256];

	const struct pool_settings pool = {.url = config.database_url,
					   .size = (size_t)config.pool_size,
					   .wait_ms = config.pool_wait_ms,
					   .connect_s = config.connect_timeout_s,
					   .statement_ms = config.statement_timeout_ms};

	share_start((size_t)config.share_lanes);
	if (!pool_start(&pool))
		return fail(EXIT_SETTINGS, "no memory for the pool");

	int code = 0;

	if (argc == 2 && strcmp(argv[1], "--check-db") == 0)
		code = service_check_database(why) ? 0 : fail(EXIT_DATABASE, why);
	else
		code = serve();
	pool_stop();
	return code;
}

int main(int argc, char **argv)
{
	char why[256];
	int code;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage();
	if (!config_read(&config, environ, why))
		return fail(EXIT_SETTINGS, why);
	if (!service_start(why))
		return fail(EXIT_CONTRACT, why);
	if (!print_and_end(argc, argv, &code))
		code = run(argc, argv);
	service_stop();
	return code;
}
