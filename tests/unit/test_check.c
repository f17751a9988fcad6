/* api/check: contract, statements, machines and C must fit together, or nothing starts. */
#include "api_fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/check.h"
#include "db/statement.h"

/* The statements that the fixture's contract needs. */
static const char *const needed[][2] = {
	{"listThings", "select :query.limit, :query.cursor, :query.q"},
	{"createThing", "select :body, :new.id"},
	{"getThing", "select :path.id"},
	{"updateThing", "select :path.id, :header.if_match, :body"},
	{"deleteThing", "select :path.id"},
	{"sendThing", "select :body"},
	{"sendThing.replay", "select 1"},
	{"getDoor", "select :path.id"},
	{"getPage", "select 1"},
	{"doors.lock", "select :path.id"},
	{"doors.apply", "select :machine.to"},
};

/* What check_pairs() says when the named statement has other SQL; with NULL it is left out. */
static const char *verdict(const char *name, const char *sql)
{
	const char *why = NULL;
	bool found = false;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		bool this_one = strcmp(name, needed[i][0]) == 0;
		const char *text = this_one ? sql : needed[i][1];

		found = found || this_one;
		if (text != NULL)
			statement_define(service.arena, needed[i][0], text);
	}
	if (!found)
		statement_define(service.arena, name, sql);
	return check_pairs(service.arena, service.contract, &why) ? "" : why;
}

static const struct {
	const char *name, *sql, *why;
} rows[] = {
	{"context", "select 1", ""},
	{"job_run", "select :anything", ""},
	{"getThing~read", "select 1", ""},
	{"doors.open", "select 1", ""},
	{"getThing.more", "select 1", ""},
	{"listThings", NULL, "operation 'listThings' has no statement"},
	{"doors.lock", NULL, "machine 'doors' has no statement 'doors.lock'"},
	{"doors.apply", NULL, "machine 'doors' has no statement 'doors.apply'"},
	{"sendThing.replay", NULL,
	 "operation 'sendThing' takes Idempotency-Key but has neither x-answer nor "
	 "'sendThing.replay'"},
	{"getThing", "select :path.other",
	 "statement 'getThing' uses ':path.other', which the contract does not describe"},
	{"listThings", "select :query.page",
	 "statement 'listThings' uses ':query.page', which the contract does not describe"},
	{"listThings", "select :auth.shoe",
	 "statement 'listThings' uses ':auth.shoe', which the contract does not describe"},
	{"stray", "select 1", "statement 'stray' belongs to no operation"},
	{"stray.part", "select 1", "statement 'stray.part' belongs to no operation"},
	{"job_more", "select 1", "statement 'job_more' belongs to no operation"},
};

/* A process for each row: statements are defined once and for all. */
static void judges_each_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = 0;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			const char *why = verdict(rows[i].name, rows[i].sql);

			if (strcmp(why, rows[i].why) == 0)
				_exit(0);
			fprintf(stderr, "%s: %s\n", rows[i].name, why);
			_exit(1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_each_set),
	};

	return cmocka_run_group_tests_name("check", tests, fixture_start, fixture_stop);
}
