#ifndef API_NEGOTIATE_H
#define API_NEGOTIATE_H

#include <stdbool.h>

#include "contract/contract.h"

/*
 * What a request's headers ask for, as pure questions about their text. NULL stands for a header
 * that was not sent. Malformed members of a list are passed over, never fatal.
 */

/* Whether one of the operation's success media types is acceptable (RFC 9110, 12.5.1). */
bool negotiate_accepts(const char *accept, const struct operation *op);

/* Whether this one media type is acceptable. */
bool negotiate_is_accepted(const char *accept, const char *type);

/* The first acceptable media type that the contract gives an answer of this status, or NULL. */
const char *negotiate_type(const char *accept, const struct operation *op, int status);

/* The operation's body medium that Content-Type names, without regard to its parameters; or NULL.
 */
const struct media *negotiate_body(const char *content_type, const struct operation *op);

/*
 * Whether Accept-Encoding takes this content coding (RFC 9110, 12.5.3). False when the header was
 * not sent: then anything would be allowed, and what needs no decoding is the safe choice.
 */
bool negotiate_coding(const char *accept_encoding, const char *coding);

/* "nb" or "en", by Accept-Language: the better weight, the first at a tie, "en" when neither. */
const char *negotiate_language(const char *accept_language);

/* Whether Prefer's first preference of this name has this value (RFC 7240, 2). */
bool negotiate_preference(const char *prefer, const char *name, const char *value);

/* Whether Prefer's first `return` is this one. */
bool negotiate_return(const char *prefer, const char *wanted);

/* Whether If-None-Match holds this ETag or is `*`; compared weakly (RFC 9110, 13.1.2). */
bool negotiate_none_match(const char *if_none_match, const char *etag);

#endif
