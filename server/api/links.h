#ifndef API_LINKS_H
#define API_LINKS_H

#include "api/request.h"

/*
 * The request's own address: path and query as sent, with `cursor` in place of any cursor it had;
 * unchanged when `cursor` is NULL. Whatever RFC 3986 does not allow is percent-encoded, so the text
 * fits into a JSON string and between the <> of a Link header. In the request's arena.
 */
const char *links_page(const struct request *r, const char *cursor);

/* Text as a name or value within a query: everything but letters, digits and `-._~` encoded. */
const char *links_encode(struct arena *a, const char *text);

#endif
