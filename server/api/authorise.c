/*
 * Room 3, second half: may this role do this at all, for this purpose.
 * Tested through tests/api/tokens.test.mjs: a refusal is written to the access log.
 */
#include <string.h>

#include "api/permit.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/room.h"
#include "api/work.h"

/* A token without a scope claim is bound by role and matrix alone (domain.md §8.5 has no scope). */
static bool scope_fits(const struct request *r)
{
	const char *need = r->op->scope, *have = r->principal->scope;

	if (need == NULL || have == NULL)
		return true;
	for (size_t len; *have != '\0'; have += len) {
		have += strspn(have, " ");
		len = strcspn(have, " ");
		if (len == strlen(need) && memcmp(have, need, len) == 0)
			return true;
	}
	return false;
}

static bool refuse(struct request *r, const char *code)
{
	problem(r, code, NULL);
	work_deny(r, code, NULL);
	return false;
}

bool authorise_cell(struct request *r)
{
	const char *code = permit(r);

	return code == NULL || refuse(r, code);
}

bool authorise(struct request *r)
{
	if (!r->op->secured)
		return true;
	if (!scope_fits(r)) {
		reply_header(r, "WWW-Authenticate",
			     arena_printf(r->arena,
					  "Bearer error=\"insufficient_scope\", scope=\"%s\"",
					  r->op->scope));
		return refuse(r, "insufficient_scope");
	}
	return authorise_cell(r);
}
