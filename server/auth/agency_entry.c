/* Reads the terms on which an issuer may speak for an agency. */
#include "auth/agency_entry.h"

#include <string.h>

enum { CLIENTS_MAX = 256, SUPPLIERS_MAX = 64, SCOPES_MAX = 128, ROLES_MAX = 32, ROLE_MAX = 8 };

const char *const demand_words[] = {"forbidden", "optional", "required", NULL};

static bool read_scope_map(struct arena *a, const json_t *json, struct agency_entry *out)
{
	/* jansson's iteration takes no const, and changes nothing */
	json_t *map = (json_t *)(uintptr_t)json_object_get(json, "scope_map"), *to;
	const char *from;
	bool fine = map == NULL || json_is_null(map) || json_is_object(map);

	out->maps_scopes = json_is_object(map);
	out->rules = arena_alloc(a, (json_object_size(map) + 1) * sizeof(*out->rules));
	json_object_foreach(map, from, to)
	{
		struct scope_rule *rule = &out->rules[out->rule_count++];

		rule->from = arena_dup(a, from);
		fine = fine && json_is_array(to) &&
		       member_texts(a, map, from, SCOPES_MAX, &rule->to);
	}
	return fine;
}

/* Role codes as PostgreSQL's array text; letters alone, so that nothing needs quotes. */
static bool read_ceiling(struct arena *a, const json_t *json, struct agency_entry *out)
{
	struct texts roles;
	const char *text = "{";

	if (!member_texts(a, json, "role_ceiling", ROLES_MAX, &roles))
		return false;
	if (!roles.given)
		return true;
	for (size_t i = 0; i < roles.count; i++) {
		size_t len = strspn(roles.list[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (roles.list[i][len] != '\0' || len > ROLE_MAX)
			return false;
		text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : ",", roles.list[i]);
	}
	out->role_ceiling = arena_printf(a, "%s}", text);
	return true;
}

static bool read_machines(struct arena *a, const json_t *json, struct agency_entry *out)
{
	const json_t *role = json_object_get(json, "machine_role");

	out->machine_role =
		role == NULL || json_is_null(role) ? "SY" : member_text(a, json, "machine_role");
	return out->machine_role != NULL &&
	       member_flag(json, "user_required", true, &out->user_required) &&
	       member_texts(a, json, "machine_allowed", SCOPES_MAX, &out->machine_allowed);
}

const char *agency_entry_read(struct arena *a, const json_t *json, struct agency_entry *out)
{
	static const char *const covers[] = {"number", "entity", NULL};
	int covered = 0;

	*out = (struct agency_entry){.organisation = member_text(a, json, "organisation_number"),
				     .agency_id = member_text(a, json, "agency_id"),
				     .parent = member_text(a, json, "parent_number"),
				     .dpop = -1};
	if (out->organisation == NULL || out->agency_id == NULL)
		return "an agency is incomplete";
	if (!member_word(json, "covers", covers, &covered) ||
	    !member_word(json, "dpop", demand_words, &out->dpop) ||
	    !member_texts(a, json, "client_ids", CLIENTS_MAX, &out->clients) ||
	    !member_texts(a, json, "suppliers", SUPPLIERS_MAX, &out->suppliers))
		return "an agency's terms are not understood";
	out->entity = covered == 1;
	if (!read_scope_map(a, json, out) || !read_ceiling(a, json, out))
		return "an agency's scopes or roles are not understood";
	return read_machines(a, json, out) ? NULL
					   : "an agency's terms for machines are not understood";
}
