/* Networks by prefix. */
#include "base/network.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64, BITS = 128, IPV4_BITS = 32 };

static const char special_ipv4[] =
	"0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,"
	"192.0.2.0/24,192.88.99.0/24,192.168.0.0/16,198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,"
	"224.0.0.0/4,240.0.0.0/4";
static const char global_ipv6[] = "2000::/3";
/* protocol assignments and Teredo, documentation, 6to4 */
static const char special_ipv6[] = "2001::/23,2001:db8::/32,2002::/16,3fff::/20";
static const char mapped_ipv4[] = "::ffff:0.0.0.0/96";

struct network {
	struct address address;
	unsigned bits;
};

static bool is_none(const struct address *a)
{
	static const struct address none;

	return address_equal(a, &none);
}

static bool read_bits(const char *text, unsigned *bits, unsigned most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*bits = (unsigned)value;
	return end != text && *end == '\0' && *text >= '0' && *text <= '9' && value <= most;
}

/* "10.0.0.0/8"; an IPv4 prefix counts behind the 96 bits that map it into IPv6. */
static bool read_network(const char *text, size_t len, struct network *out)
{
	char copy[TEXT_MAX];
	char *slash;
	bool is_ipv4;
	unsigned most;

	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	slash = strchr(copy, '/');
	if (slash != NULL)
		*slash = '\0';
	is_ipv4 = strchr(copy, ':') == NULL;
	most = is_ipv4 ? IPV4_BITS : BITS;
	out->address = address_parse(copy);
	out->bits = most;
	if (is_none(&out->address) && strcmp(copy, "::") != 0)
		return false;
	if (slash != NULL && !read_bits(slash + 1, &out->bits, most))
		return false;
	out->bits += is_ipv4 ? BITS - IPV4_BITS : 0;
	return true;
}

static bool holds(const struct network *n, const struct address *a)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->address.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || (n->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}

/* The next part of the list, without the spaces before it; NULL at the end. */
static const char *next_part(const char **list, size_t *len)
{
	const char *part = *list + strspn(*list, " ");

	*len = strcspn(part, ", ");
	*list = part + *len + strspn(part + *len, " ");
	*list += **list == ',';
	return *part == '\0' ? NULL : part;
}

bool network_holds(const char *list, const struct address *a)
{
	struct network n;
	const char *part;
	size_t len;

	while ((part = next_part(&list, &len)) != NULL)
		if (read_network(part, len, &n) && holds(&n, a))
			return true;
	return false;
}

bool network_list_is_valid(const char *list)
{
	struct network n;
	const char *part;
	size_t len;

	while ((part = next_part(&list, &len)) != NULL)
		if (!read_network(part, len, &n))
			return false;
	return true;
}

bool network_is_public(const struct address *a)
{
	if (network_holds(mapped_ipv4, a))
		return !network_holds(special_ipv4, a);
	return network_holds(global_ipv6, a) && !network_holds(special_ipv6, a);
}
