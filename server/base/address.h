#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>

/* An IPv6 address; IPv4 stands mapped into it. What is no address is all zero. */
struct address {
	unsigned char bytes[16];
};

/* Of its text, IPv4 or IPv6 without brackets and zone; what is none gives all zero. */
struct address address_parse(const char *text);

/* Whom a limit counts: an IPv4 address, or an IPv6 /64, which one household can use up at will. */
struct address address_household(const char *text);

/* Byte for byte; so what is no address equals what is none either. */
bool address_equal(const struct address *a, const struct address *b);

/* Whether the address is this machine's own (127/8, ::1, or the first mapped into IPv6). */
bool address_is_loopback(const char *text);

#endif
