/* From the organisations in a token to the one agency that it may speak for. */
#include "auth/organisation.h"

#include <string.h>

#include "auth/claim_text.h"

enum { NUMBER_MAX = 64, NUMBER_DIGITS = 9 };

struct organisations {
	const char *child, *parent, *supplier, *systemuser; /* NULL: not in the token */
};

/* "0192:" and nine digits; other registers and longer forms of ISO 6523 are not ours to judge. */
static const char *strip(const char *text)
{
	if (strncmp(text, "0192:", 5) != 0 || strspn(text + 5, "0123456789") != NUMBER_DIGITS ||
	    text[5 + NUMBER_DIGITS] != '\0')
		return NULL;
	return text + 5;
}

static enum auth_reason read_one(struct arena *a, const json_t *claims, const struct profile *p,
				 enum claim claim, const char **out)
{
	if (!claim_text(a, profile_claim(p, claims, claim), NUMBER_MAX, out))
		return AUTH_CLAIMS;
	if (*out != NULL && p->iso6523) {
		*out = strip(*out);
		if (*out == NULL)
			return AUTH_ORGANISATION;
	}
	return AUTH_OK;
}

static enum auth_reason read_all(struct arena *a, const json_t *claims, const struct profile *p,
				 struct organisations *out)
{
	const struct {
		enum claim claim;
		const char **to;
	} wanted[] = {
		{CLAIM_ORG_CHILD, &out->child},
		{CLAIM_ORG_PARENT, &out->parent},
		{CLAIM_SUPPLIER, &out->supplier},
		{CLAIM_SYSTEMUSER_ORG, &out->systemuser},
	};
	enum auth_reason reason = AUTH_OK;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]) && reason == AUTH_OK; i++)
		reason = read_one(a, claims, p, wanted[i].claim, wanted[i].to);
	return reason;
}

/* The unit's own row, else that of its legal entity when this covers its places of care. */
static const struct agency_entry *find_terms(const struct issuer *issuer,
					     const struct organisations *o)
{
	const char *number = o->child != NULL ? o->child : o->parent;
	const struct agency_entry *terms = number == NULL ? NULL : registry_agency(issuer, number);

	if (terms == NULL && o->child != NULL && o->parent != NULL) {
		terms = registry_agency(issuer, o->parent);
		if (terms != NULL && !terms->entity)
			terms = NULL;
	}
	return terms;
}

/* A unit of ours inside somebody else's legal entity is not ours. */
static bool fits_parent(const struct auth_request *request, const struct agency_entry *terms,
			const char *parent)
{
	if (terms->parent != NULL)
		return parent != NULL && strcmp(parent, terms->parent) == 0;
	return parent == NULL || !registry_is_foreign(request->registry, parent, terms->agency_id);
}

/* Who acts for an organisation needs its leave; itself it needs none. */
static bool fits_supplier(const struct agency_entry *terms, const struct organisations *o)
{
	return o->supplier == NULL || texts_hold(&terms->suppliers, o->supplier) ||
	       (o->child != NULL && strcmp(o->supplier, o->child) == 0) ||
	       (o->parent != NULL && strcmp(o->supplier, o->parent) == 0);
}

/* Issuers of one agency whose tokens name no organisation (a tenant of their own). */
static enum auth_reason only_agency(struct arena *a, const struct issuer *issuer,
				    struct identity *out, const struct agency_entry **terms)
{
	if (issuer->agency_count != 1)
		return AUTH_ORGANISATION;
	*terms = &issuer->agencies[0];
	out->organisation = arena_dup(a, (*terms)->organisation);
	out->agency_id = arena_dup(a, (*terms)->agency_id);
	return AUTH_OK;
}

enum auth_reason organisation_find(const struct auth_request *request, const json_t *claims,
				   const struct issuer *issuer, struct identity *out,
				   const struct agency_entry **terms)
{
	const struct profile *p = &issuer->profile;
	struct organisations o = {0};
	enum auth_reason reason;

	if (p->pointers[CLAIM_ORG_CHILD] == NULL && p->pointers[CLAIM_ORG_PARENT] == NULL)
		return only_agency(request->arena, issuer, out, terms);
	reason = read_all(request->arena, claims, p, &o);
	if (reason != AUTH_OK)
		return reason;
	if (o.child == NULL && o.parent == NULL)
		return AUTH_CLAIMS;
	if (o.systemuser != NULL)
		o = (struct organisations){.child = o.systemuser, .supplier = o.child};
	*terms = find_terms(issuer, &o);
	if (*terms == NULL || !fits_parent(request, *terms, o.parent))
		return AUTH_ORGANISATION;
	if (!fits_supplier(*terms, &o))
		return AUTH_SUPPLIER;
	out->organisation = o.child != NULL ? o.child : o.parent;
	out->supplier = o.supplier;
	out->agency_id = arena_dup(request->arena, (*terms)->agency_id);
	return AUTH_OK;
}
