/* Reads where in the claims of a kind of issuer things stand. */
#include "auth/profile.h"

#include "auth/pointer.h"

enum { REJECTED_MAX = 32 };

static const char *const names[CLAIM_COUNT] = {
	[CLAIM_ORG_CHILD] = "org_child",
	[CLAIM_ORG_PARENT] = "org_parent",
	[CLAIM_SUPPLIER] = "supplier",
	[CLAIM_SYSTEMUSER_ORG] = "systemuser_org",
	[CLAIM_CLIENT] = "client",
	[CLAIM_PERSON] = "person",
	[CLAIM_HPR] = "hpr",
	[CLAIM_LEVEL] = "level",
	[CLAIM_ROLE] = "role",
	[CLAIM_SCOPE] = "scope",
	[CLAIM_PURPOSE] = "purpose",
	[CLAIM_NAME] = "name",
	[CLAIM_DEPARTMENT] = "department",
	[CLAIM_POINT_OF_CARE] = "point_of_care",
	[CLAIM_AUTHORIZATION] = "authorization",
	[CLAIM_DECISION] = "decision_ref",
};

/* A pointer that nobody would follow is a rule that somebody believes in. */
static bool knows_all(const json_t *pointers)
{
	size_t known = 0;

	for (size_t i = 0; i < CLAIM_COUNT; i++)
		known += json_object_get(pointers, names[i]) != NULL;
	return known == json_object_size(pointers);
}

static const char *read_pointers(struct arena *a, const json_t *pointers, struct profile *out)
{
	if (!json_is_object(pointers) || !knows_all(pointers))
		return "its profile's claims are not known";
	for (size_t i = 0; i < CLAIM_COUNT; i++) {
		const json_t *pointer = json_object_get(pointers, names[i]);

		out->pointers[i] = member_text(a, pointers, names[i]);
		if (pointer != NULL &&
		    (out->pointers[i] == NULL || !pointer_is_valid(out->pointers[i])))
			return "a claim's place is not a JSON Pointer";
	}
	return NULL;
}

/* {hpr,mapping} as PostgreSQL reads it. */
static const char *read_ways(struct arena *a, const json_t *json)
{
	static const char *const known[] = {"hpr", "subject", "mapping"};
	const struct texts all = {.count = 3, .list = (const char **)(uintptr_t)known};
	struct texts ways;
	const char *text = "{";

	if (!member_texts(a, json, "identify_by", all.count, &ways))
		return NULL;
	for (size_t i = 0; i < ways.count; i++) {
		if (!texts_hold(&all, ways.list[i]))
			return NULL;
		text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : ",", ways.list[i]);
	}
	return arena_printf(a, "%s}", text);
}

const char *profile_read(struct arena *a, const json_t *json, struct profile *out)
{
	static const char *const forms[] = {"number", "iso6523", NULL};
	int form = 0;

	*out = (struct profile){0};
	if (!json_is_object(json))
		return "its profile is unknown";
	if (!member_word(json, "organisation_form", forms, &form) ||
	    !member_flag(json, "person_is_number", false, &out->person_is_number) ||
	    !member_flag(json, "citizen", false, &out->citizen) ||
	    !member_texts(a, json, "reject_if_present", REJECTED_MAX, &out->rejected))
		return "its profile is not understood";
	out->iso6523 = form == 1;
	out->identify_by = read_ways(a, json);
	if (out->identify_by == NULL)
		return "its profile's way to know persons is unknown";
	for (size_t i = 0; i < out->rejected.count; i++)
		if (!pointer_is_valid(out->rejected.list[i]))
			return "a refused claim's place is not a JSON Pointer";
	return read_pointers(a, json_object_get(json, "claims"), out);
}

const json_t *profile_claim(const struct profile *p, const json_t *claims, enum claim claim)
{
	const char *pointer = p->pointers[claim];
	const json_t *found = pointer == NULL ? NULL : pointer_get(claims, pointer);

	return json_is_null(found) ? NULL : found;
}

bool profile_rejects(const struct profile *p, const json_t *claims)
{
	const json_t *systemuser = NULL;

	for (size_t i = 0; i < p->rejected.count; i++)
		if (pointer_get(claims, p->rejected.list[i]) != NULL)
			return true;
	/* a claim that may make the organisation a mere supplier, and does not say whose */
	if (p->pointers[CLAIM_SYSTEMUSER_ORG] != NULL)
		systemuser = pointer_claim(claims, p->pointers[CLAIM_SYSTEMUSER_ORG]);
	return systemuser != NULL && profile_claim(p, claims, CLAIM_SYSTEMUSER_ORG) == NULL;
}
