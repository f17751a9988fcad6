/* Elements of FHIR resources become members of native bodies. */
#include "api/fhir_convert.h"

#include <stdint.h>
#include <string.h>

#include "api/fhir_value.h"

/* What refers to nothing here: an id that no row has. */
static const char nobody[] = "00000000-0000-0000-0000-000000000000";

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

static bool amiss(struct fhir_conversion *c, const char *code, const char *detail)
{
	c->code = code;
	c->detail = detail;
	return false;
}

/* The member that the rule names; of several the one for this part. */
static const char *member_of(const json_t *rule, const char *key, const char *part)
{
	const json_t *named = json_object_get(rule, key);

	return json_is_string(named) ? json_string_value(named) : text(named, part);
}

/* "subject/number" is the member of an object, which is made when it is not there. */
static bool put(json_t *body, const char *member, json_t *value)
{
	const char *slash = member == NULL ? NULL : strchr(member, '/');
	char outer[40];
	json_t *inner;

	if (slash == NULL || (size_t)(slash - member) >= sizeof(outer)) {
		json_object_set_new(body, member, value);
		return true;
	}
	memcpy(outer, member, (size_t)(slash - member));
	outer[slash - member] = '\0';
	inner = json_object_get(body, outer);
	if (inner == NULL) {
		inner = json_object();
		json_object_set_new(body, outer, inner);
	}
	json_object_set_new(inner, slash + 1, value);
	return true;
}

static bool plain(struct fhir_conversion *c, const json_t *rule, const char *key,
		  const json_t *found, json_t *body)
{
	if (json_is_object(found) || json_is_array(found))
		return amiss(c, "type", "must be one value");
	return put(body, member_of(rule, key, ""), json_deep_copy(found));
}

static bool instant(struct fhir_conversion *c, const json_t *rule, const char *key,
		    const json_t *found, json_t *body)
{
	const char *said = json_string_value(found);
	json_t *date = said == NULL ? NULL : fhir_value_date(c->arena, said);
	bool zoned = json_is_true(json_object_get(date, "zoned"));

	json_decref(date);
	if (!zoned)
		return amiss(c, "format", "must be a time of day with its offset");
	/* natively there are always seconds */
	if (strlen(said) > 16 && said[16] != ':')
		said = arena_printf(c->arena, "%.16s:00%s", said, said + 16);
	return put(body, member_of(rule, key, ""), json_string(said));
}

static bool day(struct fhir_conversion *c, const json_t *rule, const char *key, const json_t *found,
		json_t *body)
{
	const char *said = json_string_value(found);
	json_t *date = said == NULL || strlen(said) < 10 ? NULL : fhir_value_date(c->arena, said);

	if (date == NULL)
		return amiss(c, "format", "must be a day");
	json_decref(date);
	return put(body, member_of(rule, key, ""), json_string(arena_copy(c->arena, said, 10)));
}

/* ---- concepts ---- */

/* What the coding is natively, or NULL; `*known` when its system is one of the rule's. */
static const char *native_of(const json_t *rule, const json_t *coding, bool *known)
{
	const json_t *systems = json_object_get(rule, "systems"), *codes;
	const char *system = text(coding, "system"), *code = text(coding, "code");

	codes = json_object_get(systems, system == NULL ? "" : system);
	*known = codes != NULL;
	if (codes == NULL || code == NULL)
		return NULL;
	return json_is_true(codes) ? code : text(codes, code);
}

/* The codings of what stands there; a Coding or a code is one. The caller's. */
static json_t *codings_of(const json_t *found)
{
	json_t *list = json_object_get(found, "coding");

	if (json_is_string(found))
		return json_pack("[{s:s, s:O}]", "system", "", "code", found);
	return list != NULL ? json_incref(list) : json_pack("[O]", found);
}

static bool concept(struct fhir_conversion *c, const json_t *rule, const char *key,
		    const json_t *found, json_t *body)
{
	json_t *codings = codings_of(found), *one;
	const char *native = NULL;
	bool known = true, all_known = true;
	size_t i;

	json_array_foreach(codings, i, one)
	{
		const char *said = native_of(rule, one, &known);

		all_known = all_known && known;
		/* of two that say it, the last says it more exactly */
		native = said != NULL ? said : native;
	}
	if (native != NULL)
		put(body, member_of(rule, key, ""), json_string(native));
	json_decref(codings);
	if (!all_known)
		return amiss(c, "not_supported", "is a code of a system that is not kept here");
	return native != NULL || amiss(c, "enum", "is none of the codes that are known here");
}

/* ---- references and canonicals ---- */

static bool reference(struct fhir_conversion *c, const json_t *rule, const char *key,
		      const json_t *found, json_t *body)
{
	const char *said = text(found, "reference"), *id, *member;
	json_t *read = said == NULL ? NULL : fhir_value_reference(c->arena, c->base, said);

	if (read == NULL)
		return amiss(c, "format", "must be a reference to one resource of this service");
	id = text(read, "id");
	member = text(read, "type") == NULL ? NULL
					    : text(json_object_get(rule, key), text(read, "type"));
	if (member != NULL)
		json_object_set_new(body, member, json_string(id == NULL ? nobody : id));
	json_decref(read);
	return member != NULL ||
	       amiss(c, "not_supported", "refers to a type that has no place here");
}

static bool canonical(struct fhir_conversion *c, const json_t *rule, const char *key,
		      const json_t *found, json_t *body)
{
	const char *said = json_string_value(found), *from = text(rule, "from"), *bar;
	size_t len;

	from = from == NULL ? "" : from;
	len = strlen(from);
	if (said == NULL || strncmp(said, from, len) != 0)
		return amiss(c, "reference", "is no canonical that is known here");
	said += len;
	bar = strchr(said, '|');
	json_object_set_new(body, member_of(rule, key, "address"),
			    json_string(arena_copy(c->arena, said, strcspn(said, "|"))));
	if (bar != NULL)
		json_object_set_new(body, member_of(rule, key, "version"), json_string(bar + 1));
	return true;
}

/* ---- answers ---- */

/* "HONOS-H1" is the item H1 of HONOS. */
static const char *item_code(const char *link)
{
	const char *dash = link == NULL ? NULL : strchr(link, '-');

	return dash == NULL ? link : dash + 1;
}

/* One item's answer: null when there is none, NULL when it is no single number. */
static json_t *answer_of(const json_t *item)
{
	const json_t *list = json_object_get(item, "answer"), *value;

	if (list == NULL)
		return json_null();
	value = json_object_get(json_array_get(list, 0), "valueInteger");
	return json_array_size(list) == 1 && json_object_size(json_array_get(list, 0)) == 1
		       ? json_incref((json_t *)(uintptr_t)value)
		       : NULL;
}

static bool answers(struct fhir_conversion *c, const json_t *rule, const char *key,
		    const json_t *found, json_t *body)
{
	json_t *items = json_object();
	const json_t *one;
	size_t i;

	json_object_set_new(body, member_of(rule, key, ""), items);
	json_array_foreach(found, i, one)
	{
		const char *code = item_code(text(one, "linkId"));
		json_t *value = answer_of(one);

		if (code == NULL || value == NULL || json_object_get(one, "item") != NULL) {
			json_decref(value);
			return amiss(c, "not_supported",
				     "must be items with a linkId and one valueInteger each");
		}
		json_object_set_new(items, code, value);
	}
	return true;
}

bool fhir_convert(struct fhir_conversion *c, const json_t *rule, const char *key,
		  const json_t *found, json_t *body)
{
	static const struct {
		const char *as;
		bool (*convert)(struct fhir_conversion *c, const json_t *rule, const char *key,
				const json_t *found, json_t *body);
	} kinds[] = {{"instant", instant},     {"day", day},
		     {"concept", concept},     {"reference", reference},
		     {"canonical", canonical}, {"answers", answers}};
	const char *as = text(rule, "as");

	for (size_t i = 0; as != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].as, as) == 0)
			return kinds[i].convert(c, rule, key, found, body);
	return plain(c, rule, key, found, body);
}

void fhir_convert_nothing(const json_t *rule, const char *key, json_t *body)
{
	const json_t *named = json_object_get(rule, key);
	const char *part;
	json_t *one;

	if (json_is_string(named))
		json_object_set_new(body, json_string_value(named), json_null());
	json_object_foreach((json_t *)(uintptr_t)named, part, one)
	{
		json_object_set_new(body, json_string_value(one), json_null());
	}
}
