/* Counts open connections by client address. */
#include "http/peers.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/address.h"

struct peers {
	pthread_mutex_t mutex;
	unsigned limit;
	size_t size, used; /* addresses in use stand first */
	struct peer {
		struct address address;
		unsigned count;
	} all[];
};

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

static struct peer *find(struct peers *p, const struct address *a)
{
	for (size_t i = 0; i < p->used; i++)
		if (address_equal(&p->all[i].address, a))
			return &p->all[i];
	return NULL;
}

bool peers_enter(struct peers *p, const char *address)
{
	struct address a = address_household(address);
	bool room;

	pthread_mutex_lock(&p->mutex);

	struct peer *one = find(p, &a);

	if (one == NULL && p->used < p->size) {
		one = &p->all[p->used++];
		*one = (struct peer){.address = a};
	}
	room = one != NULL && one->count < p->limit;
	if (room)
		one->count++;
	pthread_mutex_unlock(&p->mutex);
	return room;
}

void peers_leave(struct peers *p, const char *address)
{
	struct address a = address_household(address);

	pthread_mutex_lock(&p->mutex);

	struct peer *one = find(p, &a);

	if (one != NULL && --one->count == 0)
		*one = p->all[--p->used];
	pthread_mutex_unlock(&p->mutex);
}
