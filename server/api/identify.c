/*
 * Verified token joined with the staff register, cached until either may have changed.
 * Tested through tests/api/tokens.test.mjs: it asks the staff register.
 */
#include "api/identify.h"

#include <stdlib.h>
#include <string.h>

#include "api/allowance.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/service.h"
#include "api/verify.h"
#include "api/work.h"
#include "auth/token_cache.h"
#include "base/clock.h"
#include "domain/national_id.h"

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

void identify_forget(void)
{
	token_cache_clear(cache);
}

static const char *attestation_of(struct arena *a, const struct identity *id)
{
	json_t *o = json_pack("{s:s*, s:s*, s:s*, s:s*}", "authorization", id->authorization,
			      "department", id->department, "point_of_care", id->point_of_care,
			      "decision_ref", id->decision_ref);
	char *text = json_object_size(o) == 0 ? NULL : json_dumps(o, JSON_COMPACT);
	const char *copy = arena_dup(a, text);

	free(text);
	json_decref(o);
	return copy;
}

static const char *copied(struct work *w, const char *column)
{
	return arena_dup(w->request->arena, round_text(&w->round, 0, column));
}

/* The first member of PostgreSQL's array text "{a,b}", or NULL. */
static const char *first_of(struct arena *a, const char *array)
{
	size_t len = array == NULL || array[0] != '{' ? 0 : strcspn(array + 1, ",}");

	return len == 0 ? NULL : arena_copy(a, array + 1, len);
}

static int64_t number(struct work *w, const char *column)
{
	const char *text = round_text(&w->round, 0, column);

	return text == NULL ? 0 : strtoll(text, NULL, 10);
}

static void fill_staff(struct work *w, struct principal *p)
{
	const char *valid_until = round_text(&w->round, 0, "valid_until");
	int64_t until = valid_until == NULL ? INT64_MAX : strtoll(valid_until, NULL, 10);

	p->agency_slug = copied(w, "agency_slug");
	p->agency_type = copied(w, "agency_type");
	p->agency_name = copied(w, "agency_name");
	p->staff_id = copied(w, "staff_id");
	p->name = copied(w, "name");
	p->role = copied(w, "role");
	p->hpr_number = copied(w, "hpr_number");
	p->unit_ids = copied(w, "unit_ids");
	p->unit_id = first_of(w->request->arena, p->unit_ids);
	p->is_health_personnel = strcmp(copied(w, "is_health_personnel"), "t") == 0;
	p->origins = copied(w, "origins");
	p->client_quota = number(w, "client_quota");
	p->agency_quota = number(w, "agency_quota");
	p->expires_at = until < p->expires_at ? until : p->expires_at;
}

static void fill_citizen(struct work *w, struct principal *p, const char *seal)
{
	struct arena *a = w->request->arena;
	const char *hashes = strchr(seal + 5, ':') + 1;

	p->citizen_id = copied(w, "citizen_id");
	p->citizen_hashes = arena_copy(a, hashes, strcspn(hashes, ":"));
	p->origins = copied(w, "origins");
	p->agency_type = "CITIZEN";
	p->agency_slug = "citizen";
}

/* Asks the staff register, or finds the citizen's own row. False when answered. */
static bool resolve(struct request *r, const struct identity *id, struct principal *p)
{
	struct work w;
	const char *seal = NULL;
	char number[NATIONAL_ID_SIZE];

	if (!work_begin(&w, r))
		return false;
	if (id->citizen && national_id_is_valid(id->person_number, strlen(id->person_number)) &&
	    national_id_normalise(id->person_number, strlen(id->person_number), number))
		seal = seal_make(service.seals, r->arena, number);
	w.binding.token_agency = id->agency_id;
	w.binding.token_subject = id->subject;
	w.binding.token_role = id->role;
	w.binding.token_seal = seal;
	work_add(&w, id->citizen ? "principal_citizen" : "principal");

	bool ok = round_run(&w.round);

	if (!ok)
		work_failed(&w);
	else if (round_rows(&w.round, 0) == 0 || (id->citizen && seal == NULL))
		ok = problem(r, "unknown_staff", NULL);
	else if (id->citizen)
		fill_citizen(&w, p, seal);
	else
		fill_staff(&w, p);
	work_end(&w);
	return ok;
}

/* Lends the block to this request; it outlives the cache's own use of it. */
static void lend(struct request *r, struct principal *block)
{
	r->principal = block;
	arena_adopt(r->arena, token_cache_give_back, block);
}

/* Known already, or answered: this address has brought too many bad tokens for a new one. */
static bool is_settled(struct request *r, const char *token, struct token_mark *mark)
{
	struct principal *known = token_cache_get(cache, token, clock_real_s(), mark);

	if (known != NULL)
		lend(r, known);
	return known != NULL || !allowance_may_try(r);
}

enum auth_reason identify(struct request *r, const char *token)
{
	struct identity id = {0};
	struct principal p = {0}, *known;
	struct token_mark mark;

	if (is_settled(r, token, &mark))
		return AUTH_OK;

	enum auth_reason reason = verify_token(r, token, &id, &p.generation);

	if (reason != AUTH_OK)
		return reason;
	p.issuer_id = id.issuer_id;
	p.subject = id.subject;
	p.agency_id = id.agency_id;
	p.citizen = id.citizen;
	p.role = id.role != NULL ? id.role : id.citizen ? "PT" : "";
	p.scope = id.scope;
	p.purpose = id.purpose;
	p.expires_at = id.expires_at;
	if (id.citizen && strcmp(p.role, "PT") != 0 && strcmp(p.role, "RE") != 0)
		return AUTH_CLAIMS;
	if (!resolve(r, &id, &p))
		return AUTH_OK;
	if (p.name == NULL)
		p.name = id.name;
	p.attestation = attestation_of(r->arena, &id);
	known = principal_copy(&p);
	lend(r, known);
	/* a citizen whom nobody has registered yet may be registered at any moment */
	token_cache_put(cache, &mark, known,
			p.citizen && p.citizen_id == NULL ? clock_real_s() : p.expires_at);
	return AUTH_OK;
}
