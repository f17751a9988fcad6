/* Judges the claims of a token whose signature is proven. */
#include "auth/claims.h"

#include <string.h>

#include "auth/binding.h"
#include "auth/claim_text.h"
#include "auth/organisation.h"
#include "auth/scope_map.h"
#include "domain/identifiers.h"
#include "domain/national_id.h"

enum { SUBJECT_MAX = 255, OBJECT_MAX = 1024 };

/* The longest text of a claim. */
static const size_t longest[CLAIM_COUNT] = {[CLAIM_CLIENT] = SUBJECT_MAX,
					    [CLAIM_PERSON] = SUBJECT_MAX,
					    [CLAIM_HPR] = 64,
					    [CLAIM_LEVEL] = 64,
					    [CLAIM_ROLE] = 32,
					    [CLAIM_NAME] = 200};

/* 9999-12-31T23:59:59Z; later times are nonsense and their sums could overflow */
static const int64_t time_max = 253402300799;

static bool is_text(const json_t *json, const char *text)
{
	return json_is_string(json) && strcmp(json_string_value(json), text) == 0;
}

enum auth_reason claims_audience(const json_t *claims, const struct issuer *issuer,
				 const char *audience)
{
	const json_t *claim = json_object_get(claims, "aud"), *one;
	size_t i, ours = 0;

	/* a token that is also for somebody else could be sent on to us by them */
	if (json_array_size(claim) > 1 && issuer->single_audience)
		return AUTH_AUDIENCE;
	json_array_foreach(claim, i, one) ours += is_text(one, audience);
	return ours > 0 || is_text(claim, audience) ? AUTH_OK : AUTH_AUDIENCE;
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
	int64_t not_before = 0, skew = issuer->leeway_s;

	if (!read_time(claims, "exp", &out->expires_at) ||
	    !read_time(claims, "iat", &out->issued_at))
		return AUTH_CLAIMS;
	if (json_object_get(claims, "nbf") != NULL && !read_time(claims, "nbf", &not_before))
		return AUTH_CLAIMS;
	if (now >= out->expires_at + skew)
		return AUTH_EXPIRED;
	if (not_before > now + skew || out->issued_at > now + skew)
		return AUTH_NOT_YET;
	if (out->expires_at <= out->issued_at ||
	    out->expires_at - out->issued_at > issuer->max_lifetime_s)
		return AUTH_LIFETIME;
	return AUTH_OK;
}

/* A claim of the profile's as text. */
static bool read_text(struct arena *a, const json_t *claims, const struct issuer *issuer,
		      enum claim claim, const char **out)
{
	return claim_text(a, profile_claim(&issuer->profile, claims, claim), longest[claim], out);
}

static bool read_common(struct arena *a, const json_t *claims, const struct issuer *issuer,
			struct identity *out)
{
	return claim_text(a, json_object_get(claims, "sub"), SUBJECT_MAX, &out->subject) &&
	       claim_text(a, json_object_get(claims, "jti"), SUBJECT_MAX, &out->jti) &&
	       read_text(a, claims, issuer, CLAIM_CLIENT, &out->client_id) &&
	       read_text(a, claims, issuer, CLAIM_NAME, &out->name) &&
	       read_text(a, claims, issuer, CLAIM_ROLE, &out->role) &&
	       read_text(a, claims, issuer, CLAIM_LEVEL, &out->acr) &&
	       claim_scope(a, profile_claim(&issuer->profile, claims, CLAIM_SCOPE), &out->scope);
}

/* A person is known by something, and what they are known by is well formed. */
static bool is_person(const struct identity *who, const char *person)
{
	const char *hpr = who->hpr_number, *number = who->person_number;

	return who->subject != NULL && (person != NULL || hpr != NULL) &&
	       (hpr == NULL || hpr_number_is_valid(hpr, strlen(hpr))) &&
	       (number == NULL || (strlen(number) == NATIONAL_ID_SIZE - 1 &&
				   national_id_is_valid(number, strlen(number))));
}

/* The person behind the token; none, or one who is the client itself, makes it a machine's. */
static bool read_person(struct arena *a, const json_t *claims, const struct issuer *issuer,
			struct identity *out)
{
	const char *person;

	if (!read_text(a, claims, issuer, CLAIM_PERSON, &person) ||
	    !read_text(a, claims, issuer, CLAIM_HPR, &out->hpr_number))
		return false;
	out->machine = out->client_id != NULL && out->hpr_number == NULL &&
		       (person == NULL || strcmp(person, out->client_id) == 0);
	if (out->machine)
		out->subject = out->client_id;
	else if (issuer->profile.person_is_number)
		out->person_number = person;
	else if (person != NULL)
		out->subject = person;
	return out->machine || is_person(out, person);
}

static bool read_attestation(struct arena *a, const json_t *claims, const struct profile *p,
			     struct identity *out)
{
	return claim_text_or_member(a, profile_claim(p, claims, CLAIM_PURPOSE), "code",
				    &out->purpose) &&
	       claim_text_or_member(a, profile_claim(p, claims, CLAIM_DEPARTMENT), "resh",
				    &out->department) &&
	       claim_text_or_member(a, profile_claim(p, claims, CLAIM_POINT_OF_CARE), "orgnr",
				    &out->point_of_care) &&
	       claim_object(a, profile_claim(p, claims, CLAIM_AUTHORIZATION), OBJECT_MAX,
			    &out->authorization) &&
	       claim_object(a, profile_claim(p, claims, CLAIM_DECISION), OBJECT_MAX,
			    &out->decision_ref);
}

static bool may_call(const struct agency_entry *terms, const struct identity *who)
{
	if (who->machine && terms->user_required)
		return false;
	return terms->clients.count == 0 ||
	       (who->client_id != NULL && texts_hold(&terms->clients, who->client_id));
}

/* The one place where a token gets its agency: through the list of its own issuer. */
static enum auth_reason read_agency(const struct auth_request *request, const json_t *claims,
				    const struct issuer *issuer, struct identity *out,
				    const struct agency_entry **terms)
{
	struct arena *a = request->arena;
	enum auth_reason reason = organisation_find(request, claims, issuer, out, terms);

	if (reason != AUTH_OK)
		return reason;
	if (!may_call(*terms, out))
		return AUTH_CLIENT;
	if (out->point_of_care != NULL &&
	    registry_is_foreign(request->registry, out->point_of_care, out->agency_id))
		return AUTH_ORGANISATION;
	out->identify_by = arena_dup(a, issuer->profile.identify_by);
	out->role_ceiling = arena_dup(a, (*terms)->role_ceiling);
	out->scope = scope_map(a, *terms, out->machine, out->scope);
	if (out->machine)
		out->role = arena_dup(a, (*terms)->machine_role);
	/* where a role is claimed, a token without one has none */
	else if (out->role == NULL && issuer->profile.pointers[CLAIM_ROLE] != NULL)
		out->role = "";
	return AUTH_OK;
}

static bool fits_level(const struct issuer *issuer, const char *acr)
{
	return issuer->levels.count == 0 || (acr != NULL && texts_hold(&issuer->levels, acr));
}

/* Nobody is a citizen without a number, and no machine is one. */
static bool is_citizen(const struct identity *who)
{
	return !who->machine && who->person_number != NULL && who->subject != NULL;
}

enum auth_reason claims_identity(const struct auth_request *request, const json_t *claims,
				 const struct issuer *issuer, struct identity *out)
{
	struct arena *a = request->arena;
	const struct agency_entry *terms = NULL;
	enum auth_reason reason = AUTH_OK;

	if (profile_rejects(&issuer->profile, claims) || !read_common(a, claims, issuer, out) ||
	    !read_person(a, claims, issuer, out) ||
	    !read_attestation(a, claims, &issuer->profile, out))
		return AUTH_CLAIMS;
	out->issuer_id = arena_dup(a, issuer->id);
	out->issuer = arena_dup(a, issuer->name);
	out->citizen = issuer->profile.citizen;
	if (out->citizen && !is_citizen(out))
		return AUTH_CLAIMS;
	if (!out->machine && !fits_level(issuer, out->acr))
		return AUTH_LEVEL;
	if (!out->citizen)
		reason = read_agency(request, claims, issuer, out, &terms);
	return reason == AUTH_OK ? binding_read(a, claims, issuer, terms, out) : reason;
}
