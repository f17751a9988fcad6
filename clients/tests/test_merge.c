/* NAV's cards and the service's measures: read, compared, merged. */
#include "../../tests/unit/cmocka_all.h"

#include <string.h>

#include "lib/member.h"
#include "nav/card.h"
#include "nav/merge.h"

/* "title/description/start/end/state" */
static struct card card(struct arena *a, const char *text)
{
	char *rest = arena_dup(a, text);
	struct card c;

	for (size_t i = 0; i < CARD_FIELDS; i++)
		c.fields[i] = strsep(&rest, "/");
	return c;
}

static void test_merges(void **state)
{
	enum { T = 1 << CARD_TITLE, E = 1 << CARD_END, S = 1 << CARD_STATUS };
	static const struct {
		const char *base, *ours, *theirs, *merged;
		unsigned conflicts;
	} cases[] = {
		{"a/b/1/2/FORSLAG", "a/b/1/2/FORSLAG", "a/b/1/2/FORSLAG", "a/b/1/2/FORSLAG", 0},
		{"a/b/1/2/FORSLAG", "A/b/1/2/FORSLAG", "a/b/1/9/PLANLAGT", "A/b/1/9/PLANLAGT", 0},
		{"a/b/1/2/FORSLAG", "x/b/1/2/FORSLAG", "x/b/1/2/FORSLAG", "x/b/1/2/FORSLAG", 0},
		{"a/b/1/2/FORSLAG", "x/b/1/3/FORSLAG", "y/b/1/4/FORSLAG", "x/b/1/3/FORSLAG", T | E},
		{"a/b/1//FORSLAG", "a/b/1/3/FORSLAG", "a/b/1//FORSLAG", "a/b/1/3/FORSLAG", 0},
		{"a////FORSLAG", "a////PLANLAGT", "a////GJENNOMFORES", "a////GJENNOMFORES", 0},
		{"a////PLANLAGT", "a////FULLFORT", "a////GJENNOMFORES", "a////FULLFORT", 0},
		{"a////PLANLAGT", "a////GJENNOMFORES", "a////AVBRUTT", "a////AVBRUTT", 0},
		{"a////PLANLAGT", "a////FULLFORT", "a////AVBRUTT", "a////FULLFORT", S},
		{"a////GJENNOMFORES", "a////GJENNOMFORES", "a////PLANLAGT", "a////PLANLAGT", 0},
		{NULL, "a////FORSLAG", "a////FORSLAG", "a////FORSLAG", 0},
		{NULL, "a////FORSLAG", "b////PLANLAGT", "a////PLANLAGT", T},
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct card base, ours = card(a, cases[i].ours), theirs = card(a, cases[i].theirs);
		struct card want = card(a, cases[i].merged), got;

		if (cases[i].base != NULL)
			base = card(a, cases[i].base);
		assert_int_equal(
			merge_cards(cases[i].base != NULL ? &base : NULL, &ours, &theirs, &got),
			cases[i].conflicts);
		assert_true(card_equals(&got, &want));
	}
	arena_free(a);
}

static void test_steps(void **state)
{
	static const struct {
		const char *from, *wanted, *steps;
		bool may_withdraw;
	} cases[] = {
		{"PROPOSED", "FULLFORT", "accept", false},
		{"PROPOSED", "AVBRUTT", "refuse", false},
		{"PROPOSED", "AVBRUTT", "withdraw", true},
		{"PROPOSED", "FORSLAG", NULL, false},
		{"ACCEPTED", "GJENNOMFORES", "start", false},
		{"ACCEPTED", "FORSLAG", "", false},
		{"ON_HOLD", "FULLFORT", "resume", false},
		{"ON_HOLD", "GJENNOMFORES", NULL, false},
		{"IN_PROGRESS", "FULLFORT", "complete", false},
		{"IN_PROGRESS", "PLANLAGT", "", false},
		{"COMPLETED", "GJENNOMFORES", "", false},
		{"REFUSED", "AVBRUTT", NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *step =
			merge_step(cases[i].from, cases[i].wanted, cases[i].may_withdraw);

		if (cases[i].steps == NULL)
			assert_null(step);
		else
			assert_string_equal(step, cases[i].steps);
	}
}

static const char good[] =
	"{\"messageId\":\"7c0de5f1-9f5a-4b68-8c59-0b3f6f1f2a77\",\"source\":\"X\",\"actionType\":"
	"\"UPSERT_AKTIVITETSKORT_V1\",\"aktivitetskortType\":\"A_NEW_ONE\",\"aktivitetskort\":{"
	"\"id\":\"f0a5c1de-5d1b-4a39-9d0f-2b1c0e7a9a10\",\"personIdent\":\"15838510075\","
	"\"tittel\":\"Individuell jobbstøtte\",\"beskrivelse\":null,\"aktivitetStatus\":"
	"\"BRUKER_ER_INTERESSERT\",\"startDato\":\"2026-04-01\",\"endretAv\":{\"ident\":"
	"\"Z990001\","
	"\"identType\":\"NAVIDENT\"},\"endretTidspunkt\":\"2026-10-01T10:00:00+02:00\","
	"\"avtaltMedNav\":true}}";

/* The good message with one member of wrapper or card changed (JSON text) or removed (NULL). */
static const char *fault_with(struct arena *a, const char *name, const char *value)
{
	json_t *message = member_keep(a, json_loads(good, 0, NULL));
	json_t *activity = json_object_get(message, "aktivitetskort");
	json_t *within = json_object_get(message, name) != NULL ? message : activity;

	if (value == NULL)
		json_object_del(within, name);
	else
		json_object_set_new(within, name, json_loads(value, JSON_DECODE_ANY, NULL));
	return card_fault(message);
}

static void test_judges_messages(void **state)
{
	static const struct {
		const char *name, *value;
		bool fine;
	} cases[] = {
		{"tittel", "\"x\"", true},
		{"sluttDato", "null", true},
		{"sluttDato", "\"2026-05-01\"", true},
		{"oppgave", "{}", true},
		{"actionType", "\"KASSER_AKTIVITET\"", true},
		{"actionType", "\"SLETT\"", false},
		{"messageId", "\"1\"", false},
		{"messageId", NULL, false},
		{"id", "\"../../../etc/passwd-and-so-on-until-36\"", false},
		{"personIdent", "\"1583851007\"", false},
		{"tittel", NULL, false},
		{"tittel", "\"\"", false},
		{"aktivitetStatus", "\"UKJENT\"", false},
		{"startDato", "\"01.04.2026\"", false},
		{"endretTidspunkt", "\"in summer\"", false},
		{"endretAv", "{}", false},
		{"avtaltMedNav", "\"ja\"", false},
		{"more", "1", false},
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(fault_with(a, cases[i].name, cases[i].value) == NULL,
				 cases[i].fine);
	assert_non_null(card_fault(NULL));
	arena_free(a);
}

static void test_both_ways(void **state)
{
	struct arena *a = arena_new(1 << 20);
	json_t *message = member_keep(a, json_loads(good, 0, NULL));
	json_t *activity = json_object_get(message, "aktivitetskort");
	json_t *measure = member_keep(a, json_pack("{s:s,s:s,s:s}", "title", "x", "status",
						   "ON_HOLD", "end_on", "2026-06-01"));
	struct card theirs, ours, kept;

	(void)state;
	card_of_activity(a, activity, &theirs);
	assert_string_equal(theirs.fields[CARD_STATUS], "FORSLAG");
	assert_string_equal(theirs.fields[CARD_DESCRIPTION], "");
	card_of_measure(a, measure, &ours);
	assert_string_equal(ours.fields[CARD_STATUS], "GJENNOMFORES");
	card_of_json(a, member_keep(a, card_to_json(&ours)), &kept);
	assert_true(card_equals(&kept, &ours));
	card_into_activity(&ours, activity);
	assert_null(json_object_get(activity, "startDato"));
	assert_string_equal(member_text(activity, "sluttDato"), "2026-06-01");
	assert_string_equal(member_text(activity, "personIdent"), "15838510075");
	assert_null(card_fault(message));
	arena_free(a);
}

static void test_instants(void **state)
{
	(void)state;
	assert_int_equal(card_time("1970-01-01T01:00:00+01:00"), 0);
	assert_int_equal(card_time("1970-01-01T00:00:01.250Z"), 1250);
	assert_int_equal(card_time("1969-12-31T23:00:01-01:00"), 1000);
	assert_int_equal(card_time("1970-01-01T00:00:02"), 2000);
	assert_int_equal(card_time("yesterday"), -1);
	assert_int_equal(card_time(NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merges),		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_judges_messages), cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_instants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
