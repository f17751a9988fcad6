/* Which addresses the daemon connects to. */
#include "jobs/guard.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/config.h"
#include "base/network.h"

bool guard_may_connect(const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct address a;

	if (address->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr,
			  text, sizeof(text));
	else if (address->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
			  &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text,
			  sizeof(text));
	else
		return false;
	a = address_parse(text);
	return network_is_public(&a) || network_holds(config.outbound_allow, &a);
}
