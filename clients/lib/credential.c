/* Tokens for programs that run alone. */
#include "lib/credential.h"

#include <string.h>

#include "lib/file.h"

enum { OWN_LIFETIME_S = 600 };

bool credential_from_file(struct arena *a, const char *path, struct bearer *out, const char **why)
{
	size_t size;
	char *text = file_read(a, path, &size, why);

	if (text == NULL)
		return false;
	text[strcspn(text, " \t\r\n")] = '\0';
	*out = (struct bearer){.text = text};
	return true;
}

bool credential_sign(struct arena *a, const char *keys, const struct token_order *order,
		     struct bearer *out, const char **why)
{
	struct token_order full = *order;
	struct issuer issuer;
	struct token token;

	if (full.lifetime == 0)
		full.lifetime = OWN_LIFETIME_S;
	if (!issuer_load(a, keys, &issuer, why) ||
	    issuer_token(a, &issuer, &full, &token, why) != ISSUER_FINE)
		return false;
	*out = (struct bearer){.text = token.text, .expires_at = token.expires_at};
	return true;
}

bool credential_renew(void *context, struct arena *a, struct bearer *out, const char **why)
{
	const struct credential *c = context;

	if (c->token_file != NULL)
		return credential_from_file(a, c->token_file, out, why);
	return credential_sign(a, c->keys, &c->order, out, why);
}
