/* Judges the claims of a token whose signature is proven. */
#include "auth/claims.h"

#include <string.h>

#include "auth/claim_text.h"
#include "domain/identifiers.h"
#include "domain/national_id.h"

enum {
	SKEW_S = 30,
	SUBJECT_MAX = 255,
	ROLE_MAX = 32,
	NAME_MAX_BYTES = 200,
	CODE_MAX = 64,
	OBJECT_MAX = 1024
};

/* 9999-12-31T23:59:59Z; later times are nonsense and their sums could overflow */
static const int64_t time_max = 253402300799;

enum auth_reason claims_audience(const json_t *claims, const char *audience)
{
	const json_t *claim = json_object_get(claims, "aud");

	/* a token that is also for somebody else could be sent on to us by them */
	if (json_is_array(claim) && json_array_size(claim) == 1)
		claim = json_array_get(claim, 0);
	if (!json_is_string(claim) || strcmp(json_string_value(claim), audience) != 0)
		return AUTH_AUDIENCE;
	return AUTH_OK;
}

static bool read_time(const json_t *claims, const char *name, int64_t *out)
{
	const json_t *claim = json_object_get(claims, name);

	*out = json_integer_value(claim);
	return json_is_integer(claim) && *out > 0 && *out <= time_max;
}

enum auth_reason claims_times(const json_t *claims, const struct issuer *issuer, int64_t now,
			      struct identity *out)
{
	int64_t not_before = 0;

	if (!read_time(claims, "exp", &out->expires_at) ||
	    !read_time(claims, "iat", &out->issued_at))
		return AUTH_CLAIMS;
	if (json_object_get(claims, "nbf") != NULL && !read_time(claims, "nbf", &not_before))
		return AUTH_CLAIMS;
	if (now >= out->expires_at + SKEW_S)
		return AUTH_EXPIRED;
	if (not_before > now + SKEW_S || out->issued_at > now + SKEW_S)
		return AUTH_NOT_YET;
	if (out->expires_at <= out->issued_at ||
	    out->expires_at - out->issued_at > issuer->max_lifetime_s)
		return AUTH_LIFETIME;
	return AUTH_OK;
}

/*
 * Claims that would change what the token means and that we do not honour: a key that the bearer
 * would have to prove (DPoP), somebody acting for somebody else.
 */
static bool has_foreign_meaning(const json_t *claims, bool citizen)
{
	static const char *const refused[] = {"cnf", "supplier", "delegation_source",
					      "authorization_details", "act"};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (json_object_get(claims, refused[i]) != NULL)
			return true;
	/* nobody is both: a personal number is no login for staff, an agency none for citizens */
	return json_object_get(claims, citizen ? "agency" : "pid") != NULL;
}

static bool read_common(struct arena *a, const json_t *claims, struct identity *out)
{
	return claim_text(a, json_object_get(claims, "sub"), SUBJECT_MAX, &out->subject) &&
	       claim_text(a, json_object_get(claims, "name"), NAME_MAX_BYTES, &out->name) &&
	       claim_text(a, json_object_get(claims, "role"), ROLE_MAX, &out->role) &&
	       claim_text(a, json_object_get(claims, "acr"), CODE_MAX, &out->acr) &&
	       claim_text(a, json_object_get(claims, "jti"), SUBJECT_MAX, &out->jti) &&
	       claim_scope(a, json_object_get(claims, "scope"), &out->scope) &&
	       out->subject != NULL;
}

static bool fits_level(const struct issuer *issuer, const char *acr)
{
	for (size_t i = 0; acr != NULL && i < issuer->level_count; i++)
		if (strcmp(issuer->levels[i], acr) == 0)
			return true;
	return issuer->level_count == 0;
}

static bool read_attestation(struct arena *a, const json_t *claims, struct identity *out)
{
	return claim_text(a, json_object_get(claims, "hpr_nr"), CODE_MAX, &out->hpr_number) &&
	       claim_text_or_member(a, json_object_get(claims, "purpose_of_use"), "code",
				    &out->purpose) &&
	       claim_text_or_member(a, json_object_get(claims, "department"), "resh",
				    &out->department) &&
	       claim_text_or_member(a, json_object_get(claims, "point_of_care"), "orgnr",
				    &out->point_of_care) &&
	       claim_object(a, json_object_get(claims, "authorization"), OBJECT_MAX,
			    &out->authorization) &&
	       claim_object(a, json_object_get(claims, "decision_ref"), OBJECT_MAX,
			    &out->decision_ref) &&
	       (out->hpr_number == NULL ||
		hpr_number_is_valid(out->hpr_number, strlen(out->hpr_number)));
}

/* The one place where a token gets its agency: through the list of its own issuer. */
static enum auth_reason read_agency(const struct auth_request *request, const json_t *claims,
				    const struct issuer *issuer, struct identity *out)
{
	const json_t *agency = json_object_get(claims, "agency");

	if (!json_is_object(agency) ||
	    !claim_text(request->arena, json_object_get(agency, "orgnr"), CODE_MAX,
			&out->organisation) ||
	    out->organisation == NULL || !read_attestation(request->arena, claims, out))
		return AUTH_CLAIMS;

	const char *id = registry_agency(issuer, out->organisation);

	if (id == NULL)
		return AUTH_ORGANISATION;
	out->agency_id = arena_dup(request->arena, id);
	if (out->point_of_care != NULL &&
	    registry_is_foreign(request->registry, out->point_of_care, id))
		return AUTH_ORGANISATION;
	return AUTH_OK;
}

static enum auth_reason read_citizen(struct arena *a, const json_t *claims, struct identity *out)
{
	const json_t *pid = json_object_get(claims, "pid");
	const char *number;

	out->citizen = true;
	if (!claim_text(a, pid, NATIONAL_ID_SIZE - 1, &number) || number == NULL ||
	    !national_id_is_valid(number, strlen(number)))
		return AUTH_CLAIMS;
	out->person_number = number;
	return AUTH_OK;
}

enum auth_reason claims_identity(const struct auth_request *request, const json_t *claims,
				 const struct issuer *issuer, struct identity *out)
{
	if (has_foreign_meaning(claims, issuer->citizen) ||
	    !read_common(request->arena, claims, out) || !fits_level(issuer, out->acr))
		return AUTH_CLAIMS;
	out->issuer_id = arena_dup(request->arena, issuer->id);
	out->issuer = arena_dup(request->arena, issuer->name);
	if (issuer->citizen)
		return read_citizen(request->arena, claims, out);
	return read_agency(request, claims, issuer, out);
}
