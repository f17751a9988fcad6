/*
 * Who stands behind a verified token: staff, a machine of an agency, a citizen.
 * Tested through tests/api/token-profiles.test.mjs: it asks the staff register.
 */
#include "api/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "api/problem.h"
#include "api/service.h"
#include "api/work.h"
#include "domain/national_id.h"

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

static void fill_agency(struct work *w, struct principal *p)
{
	const char *valid_until = round_text(&w->round, 0, "valid_until");
	int64_t until = valid_until == NULL ? INT64_MAX : strtoll(valid_until, NULL, 10);

	p->agency_slug = copied(w, "agency_slug");
	p->agency_type = copied(w, "agency_type");
	p->agency_name = copied(w, "agency_name");
	p->unit_ids = copied(w, "unit_ids");
	p->unit_id = first_of(w->request->arena, p->unit_ids);
	p->origins = copied(w, "origins");
	p->client_quota = number(w, "client_quota");
	p->agency_quota = number(w, "agency_quota");
	p->expires_at = until < p->expires_at ? until : p->expires_at;
}

static void fill_staff(struct work *w, struct principal *p)
{
	fill_agency(w, p);
	p->staff_id = copied(w, "staff_id");
	p->name = copied(w, "name");
	p->role = copied(w, "role");
	p->hpr_number = copied(w, "hpr_number");
	p->is_health_personnel = strcmp(copied(w, "is_health_personnel"), "t") == 0;
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

/* The number in a token of a person, so that PostgreSQL never sees it. NULL when there is none. */
static const char *seal_of(struct request *r, const struct identity *id)
{
	char number[NATIONAL_ID_SIZE];

	if (id->person_number == NULL ||
	    !national_id_normalise(id->person_number, strlen(id->person_number), number))
		return NULL;
	return seal_make(service.seals, r->arena, number);
}

/* What the register's answer makes of the token. False when answered. */
static bool judge(struct work *w, const struct identity *id, struct principal *p)
{
	struct request *r = w->request;
	int rows = round_rows(&w->round, 0);

	if (rows == 0 || (id->citizen && w->binding.token_seal == NULL))
		return problem(r, "unknown_staff", NULL);
	if (rows > 1)
		return problem(r, "unknown_role",
			       "the token names no role, and the person holds several");
	if (id->citizen)
		fill_citizen(w, p, w->binding.token_seal);
	else if (id->machine)
		fill_agency(w, p);
	else
		fill_staff(w, p);
	return true;
}

bool resolve(struct request *r, const struct identity *id, struct principal *p)
{
	struct work w;

	if (!work_begin(&w, r))
		return false;
	w.binding.token = id;
	w.binding.token_seal = seal_of(r, id);
	work_add(&w, id->citizen   ? "principal_citizen"
		     : id->machine ? "principal_machine"
				   : "principal");

	bool ok = round_run(&w.round);

	if (ok)
		ok = judge(&w, id, p);
	else
		work_failed(&w);
	work_end(&w);
	return ok;
}
