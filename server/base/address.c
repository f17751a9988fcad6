/* Client addresses as limits count them. */
#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

struct address address_parse(const char *text)
{
	struct address a = {{0}};

	if (inet_pton(AF_INET, text, a.bytes + sizeof(mapped)) == 1)
		memcpy(a.bytes, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, a.bytes) != 1)
		memset(&a, 0, sizeof(a));
	return a;
}

static bool is_mapped(const struct address *a)
{
	return memcmp(a->bytes, mapped, sizeof(mapped)) == 0;
}

struct address address_household(const char *text)
{
	struct address a = address_parse(text);

	if (!is_mapped(&a))
		memset(a.bytes + 8, 0, 8);
	return a;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool address_is_loopback(const char *text)
{
	struct address a = address_parse(text);

	if (is_mapped(&a))
		return a.bytes[12] == 127;
	return memcmp(a.bytes, &in6addr_loopback, sizeof(a.bytes)) == 0;
}
