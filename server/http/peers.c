/* Counts open connections by client address. */
#include "http/peers.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct key {
	unsigned char bytes[16];
};

struct peers {
	pthread_mutex_t mutex;
	unsigned limit;
	size_t size, used; /* addresses in use stand first */
	struct peer {
		struct key key;
		unsigned count;
	} all[];
};

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

/* 16 bytes, IPv4 mapped into IPv6; what is no address is all zero. */
static struct key parse(const char *address)
{
	struct key k = {{0}};

	if (inet_pton(AF_INET, address, k.bytes + sizeof(mapped)) == 1)
		memcpy(k.bytes, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, address, k.bytes) != 1)
		memset(&k, 0, sizeof(k));
	return k;
}

static struct key counted_as(const char *address)
{
	struct key k = parse(address);

	if (memcmp(k.bytes, mapped, sizeof(mapped)) != 0)
		memset(k.bytes + 8, 0, 8);
	return k;
}

struct peers *peers_new(size_t connections, unsigned limit)
{
	struct peers *p = calloc(1, sizeof(*p) + connections * sizeof(p->all[0]));

	if (p == NULL)
		abort();
	pthread_mutex_init(&p->mutex, NULL);
	p->size = connections;
	p->limit = limit;
	return p;
}

void peers_free(struct peers *p)
{
	if (p == NULL)
		return;
	pthread_mutex_destroy(&p->mutex);
	free(p);
}

static struct peer *find(struct peers *p, const struct key *k)
{
	for (size_t i = 0; i < p->used; i++)
		if (memcmp(&p->all[i].key, k, sizeof(*k)) == 0)
			return &p->all[i];
	return NULL;
}

bool peers_enter(struct peers *p, const char *address)
{
	struct key k = counted_as(address);
	bool room;

	pthread_mutex_lock(&p->mutex);

	struct peer *one = find(p, &k);

	if (one == NULL && p->used < p->size) {
		one = &p->all[p->used++];
		*one = (struct peer){.key = k};
	}
	room = one != NULL && one->count < p->limit;
	if (room)
		one->count++;
	pthread_mutex_unlock(&p->mutex);
	return room;
}

void peers_leave(struct peers *p, const char *address)
{
	struct key k = counted_as(address);

	pthread_mutex_lock(&p->mutex);

	struct peer *one = find(p, &k);

	if (one != NULL && --one->count == 0)
		*one = p->all[--p->used];
	pthread_mutex_unlock(&p->mutex);
}

bool peers_is_loopback(const char *address)
{
	struct key k = parse(address);

	if (memcmp(k.bytes, mapped, sizeof(mapped)) == 0)
		return k.bytes[12] == 127;
	return memcmp(k.bytes, &in6addr_loopback, sizeof(k)) == 0;
}
