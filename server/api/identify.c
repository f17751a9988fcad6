/*
 * Verified token joined with the staff register, cached until either may have changed.
 * Tested through tests/api/tokens.test.mjs: it asks the registry and the staff register.
 */
#include "api/identify.h"

#include <stdlib.h>
#include <string.h>

#include "api/allowance.h"
#include "api/principal.h"
#include "api/resolve.h"
#include "api/trust.h"
#include "api/verify.h"
#include "auth/token_cache.h"
#include "base/clock.h"

static struct token_cache *cache;

bool identify_start(void)
{
	cache = token_cache_new();
	return cache != NULL;
}

void identify_stop(void)
{
	token_cache_free(cache);
	cache = NULL;
}

bool identify_anew(char why[256])
{
	bool fine = trust_reload(why);

	/* afterwards, so that nothing verified by the old one is put back */
	if (fine)
		token_cache_clear(cache);
	return fine;
}

static const char *attestation_of(struct arena *a, const struct identity *id)
{
	json_t *o = json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*}", "authorization", id->authorization,
			      "department", id->department, "point_of_care", id->point_of_care,
			      "decision_ref", id->decision_ref, "supplier", id->supplier);
	char *text = json_object_size(o) == 0 ? NULL : json_dumps(o, JSON_COMPACT);
	const char *copy = arena_dup(a, text);

	free(text);
	json_decref(o);
	return copy;
}

/* Lends the block to this request; it outlives the cache's own use of it. */
static void lend(struct request *r, struct principal *block)
{
	r->principal = block;
	arena_adopt(r->arena, token_cache_give_back, block);
}

static struct principal principal_of(const struct identity *id)
{
	return (struct principal){.issuer_id = id->issuer_id,
				  .subject = id->subject,
				  .agency_id = id->agency_id,
				  .citizen = id->citizen,
				  .machine = id->machine,
				  .role = id->role != NULL ? id->role
					  : id->citizen	   ? "PT"
							   : "",
				  .scope = id->scope,
				  .purpose = id->purpose,
				  .jkt = id->jkt,
				  .x5t = id->x5t,
				  .nonce = id->nonce,
				  .window_s = id->window_s,
				  .expires_at = id->expires_at};
}

/* Joins a verified token with the register and keeps the result for the next request. */
static void admit(struct request *r, const struct identity *id, struct principal *p,
		  const struct token_mark *mark)
{
	struct principal *known;

	if (!resolve(r, id, p))
		return;
	if (p->name == NULL)
		p->name = id->machine ? id->client_id : id->name;
	p->attestation = attestation_of(r->arena, id);
	known = principal_copy(p);
	lend(r, known);
	/* a citizen whom nobody has registered yet may be registered at any moment */
	token_cache_put(cache, mark, known,
			p->citizen && p->citizen_id == NULL ? clock_real_s() : p->expires_at);
}

/* The same for a token from the cache, which is already proven to be good. */
static enum auth_reason admit_known(struct request *r, const struct credential *credential,
				    struct principal *known)
{
	const struct proof_terms terms = {.jkt = known->jkt,
					  .x5t = known->x5t,
					  .nonce = known->nonce,
					  .window_s = known->window_s};
	enum auth_reason reason = proof_check(r, credential, &terms);

	lend(r, known);
	if (reason != AUTH_OK)
		r->principal = NULL;
	return reason;
}

enum auth_reason identify(struct request *r, const struct credential *credential,
			  struct auth_trace *trace)
{
	struct identity id = {0};
	struct token_mark mark;
	const char *generation = NULL;
	struct principal *known = token_cache_get(cache, credential->token, clock_real_s(), &mark);

	r->principal = NULL;
	*trace = (struct auth_trace){0};
	if (known != NULL)
		return admit_known(r, credential, known);
	/* answered: this address has brought too many bad tokens for a new one */
	if (!allowance_may_try(r))
		return AUTH_OK;

	enum auth_reason reason = verify_token(r, credential->token, &id, trace, &generation);
	const struct proof_terms terms = {
		.jkt = id.jkt, .x5t = id.x5t, .nonce = id.nonce, .window_s = id.window_s};

	if (reason == AUTH_OK)
		reason = proof_check(r, credential, &terms);
	if (reason != AUTH_OK)
		return reason;

	struct principal p = principal_of(&id);

	p.generation = generation;
	if (id.citizen && strcmp(p.role, "PT") != 0 && strcmp(p.role, "RE") != 0)
		return AUTH_CLAIMS;
	admit(r, &id, &p, &mark);
	return AUTH_OK;
}
