/* The lists' walk: what follows a page is what the page itself says follows. */
#include "lib/pages.h"

#include <string.h>

#include "lib/member.h"

void pages_init(struct pages *p, struct session *s, struct arena *a, const struct call *call)
{
	*p = (struct pages){.session = s, .arena = a, .call = *call};
}

json_t *pages_items(const struct reply *page)
{
	json_t *items = json_object_get(page->json, "items");

	return json_is_array(items) ? items : NULL;
}

static bool fail(struct pages *p, struct reply *out, const char *why)
{
	out->status = 0;
	out->failure = why;
	p->failed = p->ended = true;
	return false;
}

bool pages_next(struct pages *p, struct arena *a, struct reply *out)
{
	const char *next;

	if (p->ended)
		return false;
	if (!session_call(p->session, a, &p->call, out)) {
		p->failed = p->ended = true;
		return false;
	}
	if (pages_items(out) == NULL)
		return fail(p, out, "the answer is not a list");
	p->item_count += json_array_size(pages_items(out));
	next = json_string_value(member_at(out->json, "links.next"));
	if (next == NULL) {
		p->ended = true;
		return true;
	}
	next = session_link(p->session, p->arena, next);
	if (next == NULL)
		return fail(p, out, "the next page is on another server");
	if (++p->page_count == PAGES_MAX || (p->call.from_root && strcmp(next, p->call.path) == 0))
		return fail(p, out, "the list does not end");
	p->call.path = next;
	p->call.from_root = true;
	p->call.query = NULL;
	return true;
}
