/*
 * What a client may learn before it has a token: whose tokens are taken, and how (RFC 9728).
 * Tested through tests/api/protected-resource.test.mjs: the issuers are those of PostgreSQL.
 */
#include "api/ops.h"
#include "api/proof.h"
#include "api/service.h"
#include "api/trust.h"

static json_t *texts(const char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

/* The contract's scopes. */
static json_t *scopes(void)
{
	static const char *const path[] = {"components", "securitySchemes", "agency", "x-scopes"};
	const json_t *known = service.contract->document;
	json_t *array = json_array(), *meaning;
	const char *name;

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		known = json_object_get(known, path[i]);
	/* jansson's iteration takes no const, and changes nothing */
	json_object_foreach((json_t *)(uintptr_t)known, name, meaning)
		json_array_append_new(array, json_string(name));
	return array;
}

static json_t *issuers(void)
{
	const struct registry *registry = trust_hold();
	json_t *names = registry == NULL ? json_array() : registry_names(registry);

	trust_release();
	return names;
}

enum outcome ops_protected_resource(struct request *r)
{
	static const char *const ways[] = {"header"};
	static const char *const algorithms[] = {"ES256", "ES384", "ES512", "PS256", "PS384",
						 "PS512", "RS256", "RS384", "RS512"};
	const char *base = proof_base(r);

	return ops_object(
		r, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:s+}", "resource", base,
			     "resource_name", "Samhandling", "authorization_servers", issuers(),
			     "bearer_methods_supported", texts(ways, 1), "scopes_supported",
			     scopes(), "dpop_signing_alg_values_supported",
			     texts(algorithms, sizeof(algorithms) / sizeof(algorithms[0])),
			     "dpop_bound_access_tokens_required", 0,
			     "tls_client_certificate_bound_access_tokens", 1,
			     "resource_documentation", base, "/api/v1/openapi.json"));
}
