/* From an ADT message to a row of a stay (interop.md §4.1). */
#include "api/adt_event.h"

#include <stdlib.h>
#include <string.h>

#include "api/import_number.h"
#include "domain/hl7.h"
#include "domain/identifiers.h"
#include "domain/national_id.h"
#include "domain/oslo_time.h"

enum { HASH_SHOWN = 32, IDS_MAX = 8, ID_MAX = 64 };

/* Codes of a message in the words of an extract. */
static const struct code {
	const char *from, *to;
} urgencies[] = {{"E", "1"}, {"A", "1"}, {"U", "2"}, {"R", "4"}, {"C", "4"}, {"L", "4"}},
  dispositions[] = {{"01", "HOME"},
		    {"02", "OTHER_INSTITUTION"},
		    {"03", "OTHER_INSTITUTION"},
		    {"04", "OTHER_INSTITUTION"},
		    {"05", "OTHER_INSTITUTION"},
		    {"07", "LEFT_AGAINST_ADVICE"},
		    {"20", "DECEASED"},
		    {"21", "PRISON"}},
  specialties[] = {{"310", "310"}, {"320", "320"}, {"360", "360"}, {"365", "365"}, {"370", "370"}};

static const char *meant(const char *code, const struct code *list, size_t count)
{
	for (size_t i = 0; code != NULL && i < count; i++)
		if (strcmp(list[i].from, code) == 0)
			return list[i].to;
	return NULL;
}
#define MEANT(code, list) meant(code, list, sizeof(list) / sizeof((list)[0]))

static void put(json_t *row, const char *name, const char *value)
{
	if (value != NULL)
		json_object_set_new(row, name, json_string(value));
}

/* A time with its offset; one without is Oslo's. NULL when it is none, or comes twice. */
static const char *at(struct arena *a, const char *value)
{
	const char *time = hl7_time(a, value);
	char text[OSLO_TIME_SIZE];

	if (time == NULL || oslo_time_complete(time, strlen(time), text) != OSLO_TIME_OK)
		return NULL;
	return arena_dup(a, text);
}

/* The first national number among the patient's identifiers, else the first of them. */
static const char *patient_number(const struct hl7 *m)
{
	const char *first = hl7_get(m, "PID", 3, 1);

	for (int i = 1; i <= IDS_MAX; i++) {
		const struct hl7_place place = {"PID", 3, 1, i};
		const char *id = hl7_value(m, &place);

		if (id != NULL && national_id_is_valid(id, strlen(id)))
			return id;
	}
	return first != NULL && strlen(first) <= ID_MAX ? first : NULL;
}

static void put_person(json_t *row, const struct hl7 *m, const struct seal_keys *seals)
{
	const char *number = patient_number(m);

	if (number != NULL)
		json_object_set_new(row, "p", import_number_found(seals, m->arena, number));
}

/* Whose bed it is: PV1-3.4, else who sends. */
static const char *institution(const struct hl7 *m)
{
	const char *facility = hl7_get(m, "PV1", 3, 4);

	if (facility != NULL && organisation_number_is_valid(facility, strlen(facility)))
		return facility;
	return hl7_get(m, "MSH", 4, 1);
}

static void put_stay(json_t *row, const struct hl7 *m)
{
	const char *class = hl7_get(m, "PV1", 2, 1), *type = hl7_get(m, "PV1", 4, 1);
	const char *specialty = MEANT(hl7_get(m, "PV1", 10, 1), specialties);
	const char *urgency = MEANT(type, urgencies);

	put(row, "orgnr", institution(m));
	put(row, "ward", hl7_get(m, "PV1", 3, 1));
	put(row, "level_of_care", class != NULL && strcmp(class, "I") == 0 ? "1" : "3");
	put(row, "specialty", specialty != NULL ? specialty : "320");
	put(row, "urgency", urgency != NULL ? urgency : "1");
	put(row, "disposition", MEANT(hl7_get(m, "PV1", 36, 1), dispositions));
	put(row, "icd10_main", hl7_get(m, "DG1", 3, 1));
	put(row, "admitted_at", at(m->arena, hl7_get(m, "PV1", 44, 1)));
	put(row, "discharged_at", at(m->arena, hl7_get(m, "PV1", 45, 1)));
}

/* What the message says: how the stay stands, or by its event that something has become of it. */
static void put_hash(json_t *row, const char *event, const struct seal_keys *seals)
{
	if (strcmp(event, "A01") != 0 && strcmp(event, "A08") != 0)
		put(row, "e", event);

	char *text = json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS);
	char hash[RANDOM_SHA256_HEX_SIZE];

	seal_mac_hex(seals, text, hash);
	free(text);
	json_object_del(row, "e");
	json_object_set_new(row, "h", json_stringn(hash, HASH_SHOWN));
}

static json_t *refusal(const char *control, const char *text)
{
	json_t *o = json_pack("{s:s*, s:s, s:s}", "control", control, "code", "AE", "text", text);

	if (import_number_is_misplaced(json_object_get(o, "control")))
		json_object_del(o, "control");
	return o;
}

/* What keeps a message that is one from being an event of ours; NULL: nothing. */
static const char *missing(const struct hl7 *m, const char *told_at)
{
	const char *type = hl7_get(m, "MSH", 9, 1);

	if (type == NULL || strcmp(type, "ADT") != 0)
		return "is not an ADT message";
	if (hl7_get(m, "MSH", 3, 1) == NULL || hl7_get(m, "MSH", 10, 1) == NULL ||
	    hl7_get(m, "MSH", 9, 2) == NULL)
		return "has no sender (MSH-3), trigger event (MSH-9.2) or control id (MSH-10)";
	return told_at == NULL ? "has no time that can be read (EVN-2, MSH-7)" : NULL;
}

/* What a row of a file is refused for (import_row.c). */
static bool has_misplaced(json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (import_number_is_misplaced(value))
			return true;
	}
	return false;
}

/* The event when nothing in it must not be kept, else the refusal; takes `event`. */
static json_t *unless_misplaced(json_t *event)
{
	json_t *refused;

	if (!has_misplaced(event) && !has_misplaced(json_object_get(event, "row")))
		return event;
	refused = refusal(json_string_value(json_object_get(event, "control")),
			  "has a personal number outside of PID-3, or the mark of a sealed one");
	json_decref(event);
	return refused;
}

json_t *adt_event_read(struct arena *a, const struct seal_keys *seals, const char *message,
		       size_t size)
{
	static const char *const faults[] = {
		[HL7_NOT_MSH] = "does not begin with a segment MSH",
		[HL7_SEGMENT] = "has a malformed segment",
		[HL7_CHARACTERS] =
			"is not in the character set of MSH-18, or in one not read here"};
	struct hl7 m;
	enum hl7_fault fault = hl7_open(&m, a, message, size);

	if (fault != HL7_OK)
		return refusal(NULL, faults[fault]);

	const char *told_at = at(a, hl7_get(&m, "EVN", 2, 1)), *control = hl7_get(&m, "MSH", 10, 1);

	if (told_at == NULL)
		told_at = at(a, hl7_get(&m, "MSH", 7, 1));
	if (missing(&m, told_at) != NULL)
		return refusal(control, missing(&m, told_at));

	json_t *row = json_object();

	put_stay(row, &m);
	put_person(row, &m, seals);
	put(row, "s", hl7_get(&m, "MSH", 3, 1));
	put(row, "i", hl7_get(&m, "PV1", 19, 1));
	put_hash(row, hl7_get(&m, "MSH", 9, 2), seals);
	put(row, "t", told_at);
	return unless_misplaced(json_pack("{s:s, s:s, s:s, s:s*, s:o}", "control", control,
					  "sender", hl7_get(&m, "MSH", 3, 1), "event",
					  hl7_get(&m, "MSH", 9, 2), "planned_for",
					  at(a, hl7_get(&m, "PV2", 8, 1)), "row", row));
}
