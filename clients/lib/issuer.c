/* Signs tokens for the sandbox's agencies; the daemon refuses these issuers in production. */
#include "lib/issuer.h"

#include <string.h>
#include <time.h>

#include "contract_scopes.h" /* made of the contract by the build */
#include "lib/encode.h"
#include "lib/file.h"
#include "lib/jws.h"
#include "lib/member.h"
#include "lib/text.h"

const char *const issuer_roles[] = {"TM", "TL", "DPS", "MH", "CO", "CU", "KO", "GP", "NAV", "HO",
				    "PO", "PT", "RE",  "QM", "PM", "SG", "PV", "SA", "SY",  NULL};

/* every scope of the contract but the operator's */
static const char agency_scope[] = CONTRACT_SCOPES;

/* purpose codes of domain description §5.2; every role that is not here treats */
static const struct usual_purpose {
	const char *role, *purpose;
} usual_purposes[] = {
	{"CO", "COC"},	 {"CU", "COC"},	  {"NAV", "COC"},  {"HO", "COC"},   {"PO", "COC"},
	{"PT", "SELF"},	 {"RE", "SELF"},  {"QM", "QA"},	   {"PM", "ADMIN"}, {"SG", "ADMIN"},
	{"PV", "ADMIN"}, {"SA", "ADMIN"}, {"SY", "ADMIN"},
};

bool issuer_load(struct arena *a, const char *directory, struct issuer *out, const char **why)
{
	const char *path = arena_printf(a, "%s/agencies.json", directory);

	*out = (struct issuer){.directory = arena_dup(a, directory)};
	out->agencies = file_read_json(a, path, why);
	if (out->agencies != NULL && !json_is_array(out->agencies)) {
		*why = arena_printf(a, "'%s' is not a list of agencies", path);
		out->agencies = NULL;
	}
	return out->agencies != NULL;
}

const json_t *issuer_agency(const struct issuer *issuer, const char *slug)
{
	const json_t *agency;
	size_t i;

	json_array_foreach(issuer->agencies, i, agency)
	{
		if (member_text(agency, "slug") != NULL &&
		    strcmp(member_text(agency, "slug"), slug) == 0)
			return agency;
	}
	return NULL;
}

static const char *names(struct arena *a, const json_t *list, const char *name)
{
	const json_t *entry;
	struct text t;
	size_t i;

	text_init(&t, a);
	json_array_foreach(list, i, entry)
	{
		if (member_text(entry, name) != NULL)
			text_printf(&t, "%s%s", t.length == 0 ? "" : " ", member_text(entry, name));
	}
	return t.bytes;
}

static const json_t *staff_for(const json_t *agency, const struct token_order *order)
{
	const json_t *person;
	size_t i;

	json_array_foreach(json_object_get(agency, "staff"), i, person)
	{
		const char *role = member_text(person, "role"),
			   *subject = member_text(person, "subject");

		if (order->role != NULL && (role == NULL || strcmp(role, order->role) != 0))
			continue;
		if (order->subject != NULL &&
		    (subject == NULL || strcmp(subject, order->subject) != 0))
			continue;
		return person;
	}
	return NULL;
}

static const char *purpose_for(const struct token_order *order, const json_t *person,
			       const char *role)
{
	if (order->purpose != NULL)
		return order->purpose;
	if (member_text(person, "purpose") != NULL)
		return member_text(person, "purpose");
	for (size_t i = 0; i < sizeof(usual_purposes) / sizeof(*usual_purposes); i++)
		if (strcmp(usual_purposes[i].role, role) == 0)
			return usual_purposes[i].purpose;
	return "TREAT";
}

static const char *scope_for(struct arena *a, const struct token_order *order, const json_t *agency,
			     const char *role)
{
	if (order->scope != NULL)
		return order->scope;
	if (member_text(agency, "scope") != NULL)
		return member_text(agency, "scope");
	if (strcmp(role, "SA") == 0)
		return arena_printf(a, "%s admin", agency_scope);
	return agency_scope;
}

/* Adds a text member when there is a value. */
static void put(json_t *json, const char *name, const char *value)
{
	if (value != NULL)
		json_object_set_new(json, name, json_string(value));
}

static void put_agency(json_t *claims, const json_t *agency, const json_t *person)
{
	const char *number = member_text(agency, "organisation_number");
	const char *place = member_text(person, "point_of_care");

	json_object_set_new(
		claims, "agency",
		json_pack("{s:s,s:s*}", "orgnr", number, "name", member_text(agency, "name")));
	json_object_set_new(claims, "point_of_care",
			    json_pack("{s:s}", "orgnr", place != NULL ? place : number));
	if (member_text(person, "department") != NULL)
		json_object_set_new(claims, "department",
				    json_pack("{s:s}", "resh", member_text(person, "department")));
	put(claims, "hpr_nr", member_text(person, "hpr_number"));
	put(claims, "acr", "Level4");
}

static void put_citizen(json_t *claims, const struct token_order *order, const json_t *person)
{
	put(claims, "pid",
	    order->person_number != NULL ? order->person_number : member_text(person, "pid"));
	put(claims, "acr", "idporten-loa-high");
	put(claims, "locale", "nb");
}

/* Who the order is for: the demo person, the role and subject that hold. False and `*why`. */
static bool find_person(struct arena *a, const json_t *agency, struct token_order *order,
			const json_t **person, const char **why)
{
	*person = staff_for(agency, order);
	if (order->subject == NULL)
		order->subject = member_text(*person, "subject");
	if (order->role == NULL)
		order->role = member_text(*person, "role");
	if (order->role != NULL && order->subject != NULL)
		return true;
	*why = arena_printf(a, "agency '%s' has nobody for that role or subject; its roles: %s",
			    order->agency, names(a, json_object_get(agency, "staff"), "role"));
	return false;
}

json_t *issuer_claims(struct arena *a, const struct issuer *issuer, const struct token_order *order,
		      int64_t now, const char **why)
{
	const json_t *agency = issuer_agency(issuer, order->agency), *person;
	struct token_order full = *order;
	json_t *claims;

	if (agency == NULL) {
		*why = arena_printf(a, "no agency '%s'; there are: %s", order->agency,
				    names(a, issuer->agencies, "slug"));
		return NULL;
	}
	if (!find_person(a, agency, &full, &person, why))
		return NULL;
	claims = json_object();
	member_keep(a, claims);
	put(claims, "iss", member_text(agency, "issuer"));
	put(claims, "sub", full.subject);
	put(claims, "aud", member_text(agency, "audience"));
	put(claims, "role", full.role);
	put(claims, "name", member_text(person, "name"));
	put(claims, "purpose_of_use", purpose_for(&full, person, full.role));
	put(claims, "scope", scope_for(a, &full, agency, full.role));
	if (member_text(agency, "organisation_number") != NULL)
		put_agency(claims, agency, person);
	else
		put_citizen(claims, &full, person);
	json_object_set_new(claims, "iat", json_integer(now));
	json_object_set_new(claims, "exp", json_integer(now + order->lifetime));
	put(claims, "jti", encode_random_uuid(a));
	return claims;
}

enum issuer_fault issuer_token(struct arena *a, const struct issuer *issuer,
			       const struct token_order *order, struct token *out, const char **why)
{
	int64_t now = (int64_t)time(NULL);
	const json_t *claims = issuer_claims(a, issuer, order, now, why), *agency;
	const char *file;
	struct jwk key;

	if (claims == NULL)
		return ISSUER_UNKNOWN;
	agency = issuer_agency(issuer, order->agency);
	file = member_text(agency, "key");
	if (file == NULL)
		file = arena_printf(a, "%s.jwk.json", order->agency);
	if (file[0] != '/')
		file = arena_printf(a, "%s/%s", issuer->directory, file);
	if (!jwk_load(a, file, &key, why))
		return ISSUER_UNREADABLE;
	*out = (struct token){
		.agency = order->agency,
		.role = member_text(claims, "role"),
		.name = member_text(claims, "name"),
		.text = jws_sign(a, &key, claims, why),
		.expires_at = now + order->lifetime,
	};
	return out->text == NULL ? ISSUER_UNREADABLE : ISSUER_FINE;
}
