/*
 * Proofs that the bearer is who the token was given to.
 * Tested through tests/api/dpop.test.mjs: what was used is asked of PostgreSQL.
 */
#include "api/proof.h"

#include <string.h>

#include "api/service.h"
#include "api/work.h"
#include "auth/dpop.h"
#include "auth/nonce.h"
#include "base/clock.h"
#include "base/config.h"

const char *proof_base(struct request *r)
{
	size_t len = strlen(config.base_url);
	const char *host = request_header(r, "Host");

	while (len > 0 && config.base_url[len - 1] == '/')
		len--;
	if (len > 0)
		return arena_copy(r->arena, config.base_url, len);
	return arena_printf(r->arena, "%s://%s", r->in.tls ? "https" : "http",
			    host == NULL ? "" : host);
}

static void give_nonce(struct request *r, int64_t now)
{
	char *nonce = arena_alloc(r->arena, NONCE_SIZE);

	nonce_make(service.seals, now, nonce);
	reply_header(r, "DPoP-Nonce", nonce);
}

static enum auth_reason check_nonce(struct request *r, const char *nonce, int64_t now)
{
	enum nonce_age age = nonce == NULL ? NONCE_UNKNOWN : nonce_age(service.seals, now, nonce);

	if (age != NONCE_CURRENT && !r->proven)
		give_nonce(r, now);
	return age == NONCE_UNKNOWN ? AUTH_NONCE : AUTH_OK;
}

/* The insert is the test: of two requests with one proof, one finds the other's row. */
static enum auth_reason use_once(struct request *r, const char *digest, int64_t window_s)
{
	struct work w;
	enum auth_reason reason = AUTH_UNAVAILABLE;

	if (r->proven)
		return AUTH_OK;
	if (!work_begin(&w, r))
		return AUTH_UNAVAILABLE;
	w.binding.proof_digest = digest;
	/* its time may be ahead by the window, and be old by the window afterwards */
	w.binding.proof_seconds = arena_printf(r->arena, "%d", (int)(2 * window_s + 1));
	work_add(&w, "dpop_first_use");
	if (round_run(&w.round))
		reason = round_rows(&w.round, 0) == 0 ? AUTH_REPLAY : AUTH_OK;
	work_end(&w);
	r->proven = reason == AUTH_OK;
	return reason;
}

static enum auth_reason check_dpop(struct request *r, const struct credential *credential,
				   const struct proof_terms *terms)
{
	struct dpop_proof proof;
	const struct dpop_question question = {
		.arena = r->arena,
		.proof = request_header(r, "DPoP"),
		.token = credential->token,
		.jkt = terms->jkt,
		.method = r->in.method,
		.target = arena_printf(r->arena, "%s%s", proof_base(r), r->in.raw_path),
		.now = clock_real_s(),
		.window_s = terms->window_s};

	if (request_header_count(r, "DPoP") != 1)
		return AUTH_PROOF;

	enum auth_reason reason = dpop_verify(&question, &proof);

	if (reason == AUTH_OK && terms->nonce)
		reason = check_nonce(r, proof.nonce, question.now);
	return reason == AUTH_OK ? use_once(r, proof.digest, terms->window_s) : reason;
}

enum auth_reason proof_check(struct request *r, const struct credential *credential,
			     const struct proof_terms *terms)
{
	if (terms->x5t != NULL &&
	    (r->in.certificate == NULL || strcmp(r->in.certificate, terms->x5t) != 0))
		return AUTH_CERTIFICATE;
	if (credential->dpop != (terms->jkt != NULL))
		return AUTH_BINDING;
	return terms->jkt == NULL ? AUTH_OK : check_dpop(r, credential, terms);
}
