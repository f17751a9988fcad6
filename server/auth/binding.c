/* Reads what the bearer of a token must prove. */
#include "auth/binding.h"

#include "auth/claim_text.h"
#include "auth/thumbprint.h"

static bool read_thumbprint(struct arena *a, const json_t *cnf, const char *name, const char **out)
{
	return claim_text(a, json_object_get(cnf, name), THUMBPRINT_SIZE - 1, out) &&
	       (*out == NULL || thumbprint_is_valid(*out));
}

static bool read_confirmation(struct arena *a, const json_t *cnf, struct identity *out)
{
	if (cnf == NULL)
		return true;
	if (!json_is_object(cnf) || !read_thumbprint(a, cnf, "jkt", &out->jkt) ||
	    !read_thumbprint(a, cnf, "x5t#S256", &out->x5t))
		return false;

	size_t known = (out->jkt != NULL ? 1u : 0u) + (out->x5t != NULL ? 1u : 0u);

	return known > 0 && known == json_object_size(cnf);
}

static bool fits(int demand, const char *thumbprint)
{
	return demand == DEMAND_OPTIONAL || (demand == DEMAND_REQUIRED) == (thumbprint != NULL);
}

enum auth_reason binding_read(struct arena *a, const json_t *claims, const struct issuer *issuer,
			      const struct agency_entry *terms, struct identity *out)
{
	int dpop = terms == NULL || terms->dpop < 0 ? issuer->dpop : terms->dpop;

	if (!read_confirmation(a, json_object_get(claims, "cnf"), out))
		return AUTH_CLAIMS;
	out->nonce = issuer->dpop_nonce;
	out->window_s = issuer->dpop_window_s;
	if (!fits(dpop, out->jkt) || (out->machine && !fits(issuer->certificate, out->x5t)))
		return AUTH_BINDING;
	return AUTH_OK;
}
