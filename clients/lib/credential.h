#ifndef LIB_CREDENTIAL_H
#define LIB_CREDENTIAL_H

#include "lib/issuer.h"
#include "lib/session.h"

/*
 * Where a program's tokens come from: a file that something else keeps fresh (a Maskinporten or
 * HelseID client), read anew when the service refuses the token in use; or the agency's own signing
 * key, with which a token is made for ten minutes at a time.
 */
struct credential {
	const char *token_file; /* first choice; NULL: sign */
	const char *keys;	/* directory with agencies.json and the keys (lib/issuer.h) */
	struct token_order order;
};

/* A token from the file: its first word. False and `*why`. */
bool credential_from_file(struct arena *a, const char *path, struct bearer *out, const char **why);

/* A token signed for the order; its lifetime is ten minutes when the order has none. */
bool credential_sign(struct arena *a, const char *keys, const struct token_order *order,
		     struct bearer *out, const char **why);

/* As a session's `renew`; the context is a struct credential. */
bool credential_renew(void *context, struct arena *a, struct bearer *out, const char **why);

#endif
