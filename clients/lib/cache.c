/* Where fetched contracts are kept between runs. */
#include "lib/cache.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "lib/encode.h"
#include "lib/file.h"
#include "lib/member.h"

/* The XDG base directory specification lets relative paths count as unset. */
static const char *directory(struct arena *a)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache != NULL && cache[0] == '/')
		return arena_printf(a, "%s/samhandling", cache);
	if (home != NULL && home[0] == '/')
		return arena_printf(a, "%s/.cache/samhandling", home);
	return NULL;
}

static const char *file_for(struct arena *a, const char *base_url)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	const char *where = directory(a);

	if (where == NULL)
		return NULL;
	SHA256((const unsigned char *)base_url, strlen(base_url), digest);
	return arena_printf(a, "%s/contract-%s.json", where,
			    encode_base64url(a, digest, sizeof(digest) / 2));
}

json_t *cache_read(struct arena *a, const char *base_url)
{
	const char *path = file_for(a, base_url), *why, *url;
	json_t *kept;

	if (path == NULL || !file_exists(path))
		return NULL;
	kept = file_read_json(a, path, &why);
	url = member_text(kept, "url");
	return url != NULL && strcmp(url, base_url) == 0 ? kept : NULL;
}

void cache_write(struct arena *a, const char *base_url, const char *etag, json_t *document)
{
	const char *path = file_for(a, base_url), *why;
	json_t *kept;

	if (path == NULL || etag == NULL || !file_make_directory(a, file_directory(a, path)))
		return;
	kept = member_keep(
		a, json_pack("{s:s,s:s,s:O}", "url", base_url, "etag", etag, "document", document));
	file_write_private(a, path, member_dump(a, kept, JSON_COMPACT), false, &why);
}
