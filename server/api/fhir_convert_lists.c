/* Lists and periods of FHIR resources become members of native bodies. */
#include <string.h>
#include <time.h>

#include "api/fhir_convert_parts.h"
#include "api/fhir_path.h"
#include "api/fhir_value.h"

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

/* ---- periods ---- */

static int two_digits(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

/* Minutes since 1970 of a time of day with its offset; false when it is none. */
static bool minutes_of(struct arena *a, const char *said, long long *out)
{
	json_t *date = said == NULL ? NULL : fhir_value_date(a, said);
	bool zoned = json_is_true(json_object_get(date, "zoned"));
	struct tm tm = {0};
	const char *sign;

	json_decref(date);
	if (!zoned)
		return false;
	tm.tm_year = two_digits(said) * 100 + two_digits(said + 2) - 1900;
	tm.tm_mon = two_digits(said + 5) - 1;
	tm.tm_mday = two_digits(said + 8);
	tm.tm_hour = two_digits(said + 11);
	tm.tm_min = two_digits(said + 14);
	*out = timegm(&tm) / 60;
	sign = strpbrk(said + 16, "+-");
	if (sign != NULL) {
		long long offset = two_digits(sign + 1) * 60 + two_digits(sign + 4);

		*out -= *sign == '-' ? -offset : offset;
	}
	return true;
}

/* The start, and where the rule has a member for it how many minutes it lasted. */
bool fhir_convert_span(struct fhir_conversion *c, const json_t *rule, const char *key,
		       const json_t *found, json_t *body)
{
	const char *start = text(found, "start"), *end = text(found, "end");
	const char *minutes = fhir_convert_member(rule, key, "minutes");
	long long begins = 0, ends = 0;

	if (json_object_size(found) != (size_t)(start != NULL) + (end != NULL))
		return fhir_convert_amiss(c, "not_supported", "must be a start and an end alone");
	if (!fhir_convert_instant(c, json_object_get(found, "start"),
				  fhir_convert_member(rule, key, "start"), body))
		return false;
	if (end == NULL)
		return true;
	if (!minutes_of(c->arena, start, &begins) || !minutes_of(c->arena, end, &ends))
		return fhir_convert_amiss(c, "format", "must end at a time of day with its offset");
	if (ends < begins)
		return fhir_convert_amiss(c, "value", "must not end before it begins");
	if (minutes == NULL && ends > begins)
		return fhir_convert_amiss(c, "not_supported", "has no end before it has been");
	/* one without a length ends where it begins */
	return minutes == NULL || ends == begins ||
	       fhir_convert_put(c, body, minutes, json_integer(ends - begins));
}

/* ---- lists ---- */

/* What stands beside the element's own must be one of what the rule knows. */
static bool is_alone(struct fhir_conversion *c, const json_t *rule, const json_t *element)
{
	json_t *rest = json_deep_copy(element), *nowhere = json_object();
	const json_t *one;
	bool alone;
	size_t i;

	fhir_path_take(rest, text(rule, "at"));
	json_array_foreach(json_object_get(rule, "beside"), i, one)
	{
		const json_t *found = fhir_path_get(rest, text(one, "at"));

		if (found != NULL && fhir_convert(c, one, "is", found, nowhere))
			fhir_path_take(rest, text(one, "at"));
	}
	alone = fhir_path_left(c->arena, rest) == NULL;
	json_decref(rest);
	json_decref(nowhere);
	return alone;
}

/* What one element says by the rule for them, as a value of its own; NULL with the fault. */
static json_t *one_of(struct fhir_conversion *c, const json_t *rule, const json_t *element)
{
	const char *at = text(rule, "at");
	const json_t *found = at == NULL ? element : fhir_path_get(element, at);
	json_t *alone = json_object(), *value = NULL;

	if (found == NULL || (at != NULL && !is_alone(c, rule, element)))
		fhir_convert_amiss(c, "not_supported", "has elements that have no place here");
	else if (fhir_convert(c, rule, "one", found, alone))
		value = json_incref(json_object_get(alone, "one"));
	json_decref(alone);
	return value;
}

bool fhir_convert_list(struct fhir_conversion *c, const json_t *rule, const char *key,
		       const json_t *found, json_t *body)
{
	const json_t *element;
	json_t *list;
	size_t i;

	if (!json_is_array(found))
		return fhir_convert_amiss(c, "type", "must be a list");
	list = json_array();
	json_array_foreach(found, i, element)
	{
		json_t *value = one_of(c, json_object_get(rule, "of"), element);

		if (value == NULL) {
			json_decref(list);
			return false;
		}
		json_array_append_new(list, value);
	}
	return fhir_convert_put(c, body, fhir_convert_member(rule, key, ""), list);
}

/* ---- answers ---- */

/* The code of an item, and its answer: a new reference, null when there is none. */
struct answered {
	const char *code;
	json_t *value;
};

/* How the items are read. */
struct reading {
	const char *instrument; /* code of the one that the resource is of; NULL: it says none */
	const char *system;	/* of the items' codes, where they are codings */
	struct answered (*read)(const struct reading *by, const json_t *one);
};

static const struct answered not_answered = {NULL, NULL};

/* What the resource does not say, or wrongly, is told by the rule of that element. */
static const char *instrument_of(struct fhir_conversion *c, const json_t *rule)
{
	const json_t *by = json_object_get(rule, "instrument");
	const json_t *found = by == NULL ? NULL : fhir_path_get(c->resource, text(by, "at"));
	json_t *told = json_object();
	const char *code = NULL;

	if (found != NULL && fhir_convert(c, by, "one", found, told))
		code = arena_dup(c->arena, text(told, "one"));
	json_decref(told);
	return code;
}

/* "HONOS-H1" is the item H1 of HONOS; NULL in what is of another instrument. */
static const char *item_code(const struct reading *by, const char *link)
{
	size_t len = link == NULL ? 0 : strcspn(link, "-");

	if (link == NULL || link[len] == '\0')
		return link;
	return by->instrument == NULL || (strlen(by->instrument) == len &&
					  strncmp(link, by->instrument, len) == 0)
		       ? link + len + 1
		       : NULL;
}

/* Adds the answer, which it takes over; false when there is none, or the item has one already. */
static bool add_answer(json_t *items, struct answered a)
{
	if (a.code == NULL || a.value == NULL || json_object_get(items, a.code) != NULL) {
		json_decref(a.value);
		return false;
	}
	json_object_set_new(items, a.code, a.value);
	return true;
}

/* Puts {"H1": 2, "H2": null} of a list. */
static bool put_items(struct fhir_conversion *c, const struct reading *by, const char *member,
		      const json_t *found, json_t *body)
{
	bool fine = true;
	const json_t *one;
	json_t *items;
	size_t i;

	if (!json_is_array(found))
		return fhir_convert_amiss(c, "type", "must be a list");
	items = json_object();
	json_array_foreach(found, i, one)
	{
		fine = fine && add_answer(items, by->read(by, one));
	}
	if (fine)
		return fhir_convert_put(c, body, member, items);
	json_decref(items);
	return fhir_convert_amiss(c, "not_supported",
				  "must be items of the instrument, each once, answered by one "
				  "valueInteger or by none");
}

/* A copy of the answer, the caller's; NULL when it is none. */
static json_t *value_of(const json_t *element)
{
	const json_t *value = json_object_get(element, "valueInteger");

	return json_is_null(value) ? NULL : json_deep_copy(value);
}

/* Of a QuestionnaireResponse: one answer or none, and beside it the question's words alone. */
static struct answered of_item(const struct reading *by, const json_t *item)
{
	static const char *const members[] = {"linkId", "text", "answer"};
	const json_t *list = json_object_get(item, "answer"), *first = json_array_get(list, 0);
	size_t known = 0;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		known += json_object_get(item, members[i]) != NULL;
	if (known != json_object_size(item) ||
	    (list != NULL && (json_array_size(list) != 1 || json_object_size(first) != 1)))
		return not_answered;
	return (struct answered){item_code(by, text(item, "linkId")),
				 list == NULL ? json_null() : value_of(first)};
}

bool fhir_convert_answers(struct fhir_conversion *c, const json_t *rule, const char *key,
			  const json_t *found, json_t *body)
{
	const struct reading by = {.instrument = instrument_of(c, rule), .read = of_item};

	return put_items(c, &by, fhir_convert_member(rule, key, ""), found, body);
}

/* The item that a component is about, by our own code of it; NULL when it is another. */
static const char *item_of(const struct reading *by, const json_t *component)
{
	const json_t *codings = json_object_get(json_object_get(component, "code"), "coding");
	const json_t *coding = json_array_get(codings, 0);
	const char *system = text(coding, "system");

	return json_array_size(codings) == 1 && system != NULL && strcmp(system, by->system) == 0
		       ? item_code(by, text(coding, "code"))
		       : NULL;
}

/* Of an Observation: code and value, or code and why there is none. */
static struct answered of_component(const struct reading *by, const json_t *component)
{
	bool is_absent = json_is_object(json_object_get(component, "dataAbsentReason"));

	return json_object_size(component) != 2
		       ? not_answered
		       : (struct answered){item_of(by, component),
					   is_absent ? json_null() : value_of(component)};
}

bool fhir_convert_components(struct fhir_conversion *c, const json_t *rule, const char *key,
			     const json_t *found, json_t *body)
{
	const struct reading by = {instrument_of(c, rule), text(rule, "from"), of_component};

	return put_items(c, &by, fhir_convert_member(rule, key, ""), found, body);
}
