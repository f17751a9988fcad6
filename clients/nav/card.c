/* One activity, as NAV tells it and as the service tells it. No I/O. */
#include "nav/card.h"

#include <string.h>
#include <time.h>

#include "lib/member.h"
#include "lib/scan.h"

const char *const card_names[CARD_FIELDS] = {"title", "description", "start", "end", "status"};

/* the members of NAV's card and of a measure that the fields come from */
static const char *const activity_members[CARD_FIELDS] = {"tittel", "beskrivelse", "startDato",
							  "sluttDato", "aktivitetStatus"};
static const char *const measure_members[CARD_FIELDS] = {"title", "how", "start_on", "end_on",
							 "status"};

static const struct state {
	const char *measure, *activity;
} states[] = {
	{"PROPOSED", "FORSLAG"},     {"ACCEPTED", "PLANLAGT"},	{"IN_PROGRESS", "GJENNOMFORES"},
	{"ON_HOLD", "GJENNOMFORES"}, {"COMPLETED", "FULLFORT"}, {"DISCONTINUED", "AVBRUTT"},
	{"REFUSED", "AVBRUTT"},	     {"WITHDRAWN", "AVBRUTT"},
};

enum type { TEXT, UUID, PERSON, DATE, TIME, BOOLEAN, OBJECT, LIST };

struct member {
	const char *name;
	enum type type;
	bool required;
};

static const struct member wrapper_members[] = {
	{"messageId", UUID, true},	  {"source", TEXT, true},
	{"actionType", TEXT, true},	  {"aktivitetskortType", TEXT, false},
	{"aktivitetskort", OBJECT, true}, {.name = NULL},
};

static const struct member card_members[] = {
	{"id", UUID, true},
	{"personIdent", PERSON, true},
	{"tittel", TEXT, true},
	{"beskrivelse", TEXT, false},
	{"aktivitetStatus", TEXT, true},
	{"startDato", DATE, false},
	{"sluttDato", DATE, false},
	{"endretAv", OBJECT, true},
	{"endretTidspunkt", TIME, true},
	{"avtaltMedNav", BOOLEAN, true},
	{"oppgave", OBJECT, false},
	{"handlinger", LIST, false},
	{"detaljer", LIST, false},
	{"etiketter", LIST, false},
	{.name = NULL},
};

/* The milliseconds of ".123456", stepped over. */
static int64_t scan_fraction(const char **at)
{
	unsigned millis = 0, digit, place = 100;

	if (!scan_one(at, "."))
		return 0;
	for (; scan_number(at, 1, &digit); place /= 10)
		millis += digit * place;
	return millis;
}

/* The minutes of "+02:00", stepped over; 0 for "Z" and for nothing. */
static int64_t scan_offset(const char **at)
{
	unsigned hours = 0, minutes = 0;
	bool west = **at == '-';

	if (!scan_one(at, "+-"))
		return 0;
	if (scan_number(at, 2, &hours) && scan_one(at, ":"))
		scan_number(at, 2, &minutes);
	return (int64_t)(hours * 60 + minutes) * (west ? -1 : 1);
}

int64_t card_time(const char *text)
{
	unsigned year, month, day, hour, minute, second;
	const char *at = text;
	int64_t millis;
	struct tm t;

	if (text == NULL || !scan_date(&at, &year, &month, &day) || !scan_one(&at, "T") ||
	    !scan_number(&at, 2, &hour) || !scan_one(&at, ":") || !scan_number(&at, 2, &minute) ||
	    !scan_one(&at, ":") || !scan_number(&at, 2, &second))
		return -1;
	t = (struct tm){.tm_year = (int)year - 1900,
			.tm_mon = (int)month - 1,
			.tm_mday = (int)day,
			.tm_hour = (int)hour,
			.tm_min = (int)minute,
			.tm_sec = (int)second};
	millis = scan_fraction(&at);
	return ((int64_t)timegm(&t) - 60 * scan_offset(&at)) * 1000 + millis;
}

static bool is_uuid(const char *text)
{
	if (text == NULL || strlen(text) != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : strchr("0123456789abcdefABCDEF", text[i]) == NULL)
			return false;
	}
	return true;
}

static bool is_person(const char *text)
{
	return text != NULL && strlen(text) == 11 && strspn(text, "0123456789") == 11;
}

static bool is_date(const char *text)
{
	unsigned year, month, day;

	return text != NULL && scan_date(&text, &year, &month, &day);
}

static bool fits(const json_t *value, enum type type)
{
	switch (type) {
	case UUID:
		return is_uuid(json_string_value(value));
	case PERSON:
		return is_person(json_string_value(value));
	case DATE:
		return is_date(json_string_value(value));
	case TIME:
		return card_time(json_string_value(value)) >= 0;
	case BOOLEAN:
		return json_is_boolean(value);
	case OBJECT:
		return json_is_object(value);
	case LIST:
		return json_is_array(value);
	default:
		return json_is_string(value);
	}
}

static const struct member *find(const struct member *members, const char *name)
{
	for (; members->name != NULL; members++)
		if (strcmp(members->name, name) == 0)
			return members;
	return NULL;
}

/* The first member that lacks, is of the wrong type or is not known; NULL for none. An optional
 * member that is null counts as absent. */
static const char *fault_in(const json_t *json, const struct member *members)
{
	const char *name;
	json_t *value;

	for (const struct member *m = members; m->name != NULL; m++) {
		const json_t *is = json_object_get(json, m->name);

		if (is == NULL || (json_is_null(is) && !m->required)) {
			if (m->required)
				return m->name;
		} else if (!fits(is, m->type)) {
			return m->name;
		}
	}
	json_object_foreach((json_t *)(uintptr_t)json, name, value)
	{
		if (find(members, name) == NULL)
			return "a member that the message does not have";
	}
	return NULL;
}

static const char *known_state(const char *state)
{
	if (strcmp(state, "BRUKER_ER_INTERESSERT") == 0)
		return "FORSLAG";
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(states[i].activity, state) == 0)
			return states[i].activity;
	return NULL;
}

const char *card_fault(const json_t *message)
{
	const json_t *activity = json_object_get(message, "aktivitetskort");
	const char *fault = fault_in(message, wrapper_members), *action;

	if (fault == NULL)
		fault = fault_in(activity, card_members);
	if (fault != NULL)
		return fault;
	if (!json_is_string(json_object_get(json_object_get(activity, "endretAv"), "ident")))
		return "endretAv";
	action = member_text(message, "actionType");
	if (strcmp(action, "UPSERT_AKTIVITETSKORT_V1") != 0 &&
	    strcmp(action, "KASSER_AKTIVITET") != 0)
		return "actionType";
	if (known_state(member_text(activity, "aktivitetStatus")) == NULL)
		return "aktivitetStatus";
	return member_text(activity, "tittel")[0] == '\0' ? "tittel" : NULL;
}

static const char *text_or_empty(const json_t *json, const char *name)
{
	const char *text = member_text(json, name);

	return text != NULL ? text : "";
}

/* The date of "2026-03-01" or "2026-03-01T00:00:00+01:00". */
static const char *date_of(struct arena *a, const char *text)
{
	return strlen(text) > 10 ? arena_copy(a, text, 10) : text;
}

static void read_fields(struct arena *a, const json_t *json, const char *const *members,
			struct card *out)
{
	for (size_t i = 0; i < CARD_FIELDS; i++)
		out->fields[i] = arena_dup(a, text_or_empty(json, members[i]));
	out->fields[CARD_START] = date_of(a, out->fields[CARD_START]);
	out->fields[CARD_END] = date_of(a, out->fields[CARD_END]);
}

void card_of_activity(struct arena *a, const json_t *activity, struct card *out)
{
	const char *state;

	read_fields(a, activity, activity_members, out);
	state = known_state(out->fields[CARD_STATUS]);
	out->fields[CARD_STATUS] = state != NULL ? state : "";
}

void card_of_measure(struct arena *a, const json_t *measure, struct card *out)
{
	const char *state;

	read_fields(a, measure, measure_members, out);
	state = out->fields[CARD_STATUS];
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(states[i].measure, state) == 0)
			out->fields[CARD_STATUS] = states[i].activity;
}

json_t *card_to_json(const struct card *card)
{
	json_t *json = json_object();

	for (size_t i = 0; i < CARD_FIELDS; i++)
		json_object_set_new(json, card_names[i], json_string(card->fields[i]));
	return json;
}

void card_of_json(struct arena *a, const json_t *json, struct card *out)
{
	read_fields(a, json, card_names, out);
}

bool card_equals(const struct card *a, const struct card *b)
{
	for (size_t i = 0; i < CARD_FIELDS; i++)
		if (strcmp(a->fields[i], b->fields[i]) != 0)
			return false;
	return true;
}

void card_into_activity(const struct card *card, json_t *activity)
{
	for (size_t i = 0; i < CARD_FIELDS; i++) {
		const char *was = text_or_empty(activity, activity_members[i]);
		bool same_day = (i == CARD_START || i == CARD_END) && card->fields[i][0] != '\0' &&
				strncmp(was, card->fields[i], 10) == 0;

		if (card->fields[i][0] == '\0')
			json_object_del(activity, activity_members[i]);
		else if (!same_day)
			json_object_set_new(activity, activity_members[i],
					    json_string(card->fields[i]));
	}
}
