/* Elements of FHIR resources become members of native bodies. */
#include "api/fhir_convert.h"

#include <stdint.h>
#include <string.h>

#include "api/fhir_convert_parts.h"
#include "api/fhir_value.h"

/* What refers to nothing here: an id that no row has. */
static const char nobody[] = "00000000-0000-0000-0000-000000000000";

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

bool fhir_convert_amiss(struct fhir_conversion *c, const char *code, const char *detail)
{
	c->code = code;
	c->detail = detail;
	return false;
}

const char *fhir_convert_member(const json_t *rule, const char *key, const char *part)
{
	const json_t *named = json_object_get(rule, key);

	return json_is_string(named) ? json_string_value(named) : text(named, part);
}

/* "subject/number" is the member of an object, which is made when it is not there. */
bool fhir_convert_put(struct fhir_conversion *c, json_t *body, const char *member, json_t *value)
{
	const char *slash = member == NULL ? NULL : strchr(member, '/');
	const json_t *there;

	if (member == NULL) {
		json_decref(value);
		return true;
	}
	for (; slash != NULL; member = slash + 1, slash = strchr(member, '/')) {
		const char *outer = arena_copy(c->arena, member, (size_t)(slash - member));
		json_t *inner = json_object_get(body, outer);

		if (inner == NULL) {
			inner = json_object();
			json_object_set_new(body, outer, inner);
		}
		body = inner;
	}
	there = json_object_get(body, member);
	if (there == NULL || json_equal(there, value)) {
		json_object_set_new(body, member, value);
		return true;
	}
	json_decref(value);
	return fhir_convert_amiss(c, "not_supported", "says otherwise than another element");
}

static bool put(struct fhir_conversion *c, const json_t *rule, const char *key, json_t *body,
		json_t *value)
{
	return fhir_convert_put(c, body, fhir_convert_member(rule, key, ""), value);
}

static bool plain(struct fhir_conversion *c, const json_t *rule, const char *key,
		  const json_t *found, json_t *body)
{
	if (json_is_object(found) || json_is_array(found))
		return fhir_convert_amiss(c, "type", "must be one value");
	return put(c, rule, key, body, json_deep_copy(found));
}

bool fhir_convert_instant(struct fhir_conversion *c, const json_t *found, const char *member,
			  json_t *body)
{
	const char *said = json_string_value(found);
	json_t *date = said == NULL ? NULL : fhir_value_date(c->arena, said);
	bool zoned = json_is_true(json_object_get(date, "zoned"));

	json_decref(date);
	if (!zoned)
		return fhir_convert_amiss(c, "format", "must be a time of day with its offset");
	/* natively there are always seconds */
	if (strlen(said) > 16 && said[16] != ':')
		said = arena_printf(c->arena, "%.16s:00%s", said, said + 16);
	return fhir_convert_put(c, body, member, json_string(said));
}

static bool instant(struct fhir_conversion *c, const json_t *rule, const char *key,
		    const json_t *found, json_t *body)
{
	return fhir_convert_instant(c, found, fhir_convert_member(rule, key, ""), body);
}

static bool day(struct fhir_conversion *c, const json_t *rule, const char *key, const json_t *found,
		json_t *body)
{
	const char *said = json_string_value(found);
	json_t *date = said == NULL || strlen(said) < 10 ? NULL : fhir_value_date(c->arena, said);

	if (date == NULL)
		return fhir_convert_amiss(c, "format", "must be a day");
	json_decref(date);
	return put(c, rule, key, body, json_string(arena_copy(c->arena, said, 10)));
}

/* ---- concepts ---- */

/* What the coding is natively, or NULL; `*known` when its system is one of the rule's. */
static const json_t *native_of(const json_t *rule, const json_t *coding, bool *known)
{
	const json_t *systems = json_object_get(rule, "systems"), *codes;
	const char *system = text(coding, "system"), *code = text(coding, "code");

	codes = json_object_get(systems, system == NULL ? "" : system);
	*known = codes != NULL;
	if (codes == NULL || code == NULL)
		return NULL;
	return json_is_true(codes) ? json_object_get(coding, "code") : json_object_get(codes, code);
}

/* The codings of what stands there; a Coding or a code is one. The caller's. */
static json_t *codings_of(const json_t *found)
{
	json_t *list = json_object_get(found, "coding");

	if (json_is_string(found))
		return json_pack("[{s:s, s:O}]", "system", "", "code", found);
	return list != NULL ? json_incref(list) : json_pack("[O]", found);
}

/* What the codings say, each of them and all the same. NULL with the fault. */
static json_t *said_by(struct fhir_conversion *c, const json_t *rule, const json_t *codings)
{
	const json_t *native = NULL, *one;
	bool known = true, all_known = true, all_mean = true, agreed = true;
	size_t i;

	json_array_foreach(codings, i, one)
	{
		const json_t *said = native_of(rule, one, &known);

		all_known = all_known && known;
		all_mean = all_mean && said != NULL;
		agreed = agreed && (i == 0 || json_equal(native, said));
		native = said;
	}
	if (!all_known)
		fhir_convert_amiss(c, "not_supported",
				   "is a code of a system that is not kept here");
	else if (!all_mean || native == NULL)
		fhir_convert_amiss(c, "enum", "is none of the codes that are known here");
	else if (!agreed)
		fhir_convert_amiss(c, "not_supported", "has codes that contradict each other");
	else
		return json_deep_copy(native);
	return NULL;
}

static bool concept(struct fhir_conversion *c, const json_t *rule, const char *key,
		    const json_t *found, json_t *body)
{
	json_t *codings = codings_of(found), *native = said_by(c, rule, codings);
	const char *words = fhir_convert_member(rule, key, "text");

	json_decref(codings);
	if (native == NULL)
		return false;
	if (json_is_string(json_object_get(rule, key)))
		return put(c, rule, key, body, native);
	/* a member for the code, and one for the words beside it */
	if (!fhir_convert_put(c, body, fhir_convert_member(rule, key, "code"), native))
		return false;
	return words == NULL || text(found, "text") == NULL ||
	       fhir_convert_put(c, body, words, json_string(text(found, "text")));
}

/* ---- references and canonicals ---- */

static bool reference(struct fhir_conversion *c, const json_t *rule, const char *key,
		      const json_t *found, json_t *body)
{
	const char *said = text(found, "reference"), *beside = text(found, "type");
	const char *id, *type, *member;
	json_t *read = said == NULL ? NULL : fhir_value_reference(c->arena, c->base, said);
	bool taken;

	if (read == NULL)
		return fhir_convert_amiss(c, "format",
					  "must be a reference to one resource of this service");
	id = text(read, "id");
	type = text(read, "type");
	member = type == NULL ? NULL : text(json_object_get(rule, key), type);
	if (type != NULL && beside != NULL && strcmp(type, beside) != 0)
		taken = fhir_convert_amiss(c, "not_supported",
					   "refers to another type than it says");
	else if (member == NULL)
		taken = fhir_convert_amiss(c, "not_supported",
					   "refers to a type that has no place here");
	else
		taken = fhir_convert_put(c, body, member, json_string(id == NULL ? nobody : id));
	json_decref(read);
	return taken;
}

static bool canonical(struct fhir_conversion *c, const json_t *rule, const char *key,
		      const json_t *found, json_t *body)
{
	const char *said = json_string_value(found), *from = text(rule, "from"), *bar;
	const char *version = fhir_convert_member(rule, key, "version");
	size_t len;

	from = from == NULL ? "" : from;
	len = strlen(from);
	if (said == NULL || strncmp(said, from, len) != 0)
		return fhir_convert_amiss(c, "reference", "is no canonical that is known here");
	said += len;
	bar = strchr(said, '|');
	if (bar != NULL && version == NULL)
		return fhir_convert_amiss(c, "not_supported", "is not kept in versions here");
	return fhir_convert_put(c, body, fhir_convert_member(rule, key, "address"),
				json_string(arena_copy(c->arena, said, strcspn(said, "|")))) &&
	       (bar == NULL || fhir_convert_put(c, body, version, json_string(bar + 1)));
}

bool fhir_convert(struct fhir_conversion *c, const json_t *rule, const char *key,
		  const json_t *found, json_t *body)
{
	static const struct {
		const char *as;
		bool (*convert)(struct fhir_conversion *c, const json_t *rule, const char *key,
				const json_t *found, json_t *body);
	} kinds[] = {{"instant", instant},
		     {"day", day},
		     {"span", fhir_convert_span},
		     {"concept", concept},
		     {"reference", reference},
		     {"canonical", canonical},
		     {"list", fhir_convert_list},
		     {"answers", fhir_convert_answers},
		     {"components", fhir_convert_components}};
	const char *as = text(rule, "as");

	for (size_t i = 0; as != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].as, as) == 0)
			return kinds[i].convert(c, rule, key, found, body);
	return plain(c, rule, key, found, body);
}

bool fhir_convert_nothing(struct fhir_conversion *c, const json_t *rule, const char *key,
			  json_t *body)
{
	const json_t *named = json_object_get(rule, key);
	bool fine = true;
	const char *part;
	json_t *one;

	if (json_is_string(named))
		return fhir_convert_put(c, body, json_string_value(named), json_null());
	json_object_foreach((json_t *)(uintptr_t)named, part, one)
	{
		fine = fhir_convert_put(c, body, json_string_value(one), json_null()) && fine;
	}
	return fine;
}
