/* Tells callers of an operation that it will go. */
#include "api/lifecycle.h"

void lifecycle_announce(struct request *r)
{
	if (r->op == NULL || r->op->deprecation.since == NULL)
		return;
	reply_header(r, "Deprecation", r->op->deprecation.since);
	reply_header(r, "Sunset", r->op->deprecation.sunset);
	reply_header(r, "Link", r->op->deprecation.link);
}
