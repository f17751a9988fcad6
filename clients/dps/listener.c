/* MLLP in, admissions out. One thread: a message is answered before the next one is read. */
#include "dps/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dps/adt.h"
#include "dps/frame.h"
#include "lib/note.h"
#include "lib/stop.h"
#include "lib/watch.h"

enum { CONNECTIONS_MAX = 8, BACKLOG = 8, SEND_TIMEOUT_S = 10 };

struct connection {
	int fd; /* -1: free */
	struct frame frame;
};

struct listener {
	int fd;
	const char *allowed;
	struct adt *adt;
	long next_try; /* when what waits in the spool is tried again, monotonic ms; 0: nothing
			  waits */
	struct connection *connections;
};

/* "host:port" or "[host]:port" as an address. */
static struct addrinfo *resolve(struct arena *a, const char *address)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	const char *colon = strrchr(address, ':');
	struct addrinfo *found = NULL;
	const char *host;

	if (colon == NULL || colon == address)
		return NULL;
	host = address[0] == '[' ? arena_copy(a, address + 1, (size_t)(colon - address) - 2)
				 : arena_copy(a, address, (size_t)(colon - address));
	return getaddrinfo(host, colon + 1, &hints, &found) == 0 ? found : NULL;
}

static int listen_at(struct arena *a, const char *address)
{
	struct addrinfo *where = resolve(a, address);
	const int on = 1;
	int fd = -1;

	if (where == NULL)
		return -1;
	fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	     bind(fd, where->ai_addr, where->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(where);
	return fd;
}

/* Whether the address is one of the list's words. */
static bool is_allowed(const char *allowed, const char *host)
{
	size_t length = strlen(host);

	for (const char *at = allowed; *at != '\0';) {
		size_t word;

		at += strspn(at, " \t");
		word = strcspn(at, " \t");
		if (word == length && strncmp(at, host, length) == 0)
			return true;
		at += word;
	}
	return false;
}

static bool may_send(const struct listener *l, const struct sockaddr_storage *peer, socklen_t size)
{
	char host[NI_MAXHOST];

	if (getnameinfo((const struct sockaddr *)peer, size, host, sizeof(host), NULL, 0,
			NI_NUMERICHOST) != 0)
		return false;
	return is_allowed(l->allowed, strncmp(host, "::ffff:", 7) == 0 ? host + 7 : host);
}

static struct connection *free_place(struct listener *l)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (l->connections[i].fd < 0)
			return &l->connections[i];
	return NULL;
}

static void accept_one(struct listener *l)
{
	const struct timeval limit = {.tv_sec = SEND_TIMEOUT_S};
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	int fd = accept4(l->fd, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
	struct connection *place = free_place(l);
	const int on = 1;

	if (fd < 0)
		return;
	if (place == NULL || !may_send(l, &peer, size)) {
		note(NOTE_WARNING, "sender_refused", "{s:b}", "full", place == NULL);
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	place->fd = fd;
	place->frame.length = 0;
}

static void hang_up(struct connection *c)
{
	close(c->fd);
	c->fd = -1;
}

static bool send_answer(struct arena *a, const struct connection *c, const char *answer)
{
	const char *framed =
		arena_printf(a, "%c%s%c%c", FRAME_BEGIN, answer, FRAME_END, FRAME_TAIL);
	size_t left = strlen(framed);

	while (left > 0) {
		ssize_t n = send(c->fd, framed, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		framed += n;
		left -= (size_t)n;
	}
	return true;
}

/* Takes what has come in and answers every message that is whole. */
static void serve(struct listener *l, struct arena *a, struct connection *c)
{
	const char *message;
	size_t room, size;
	char *to = frame_room(&c->frame, &room);
	ssize_t n = room > 0 ? recv(c->fd, to, room, MSG_DONTWAIT) : 0;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		hang_up(c);
		return;
	}
	frame_add(&c->frame, (size_t)n);
	while (frame_message(&c->frame, &message, &size)) {
		bool answered = send_answer(a, c, adt_take(l->adt, a, message, size));

		frame_drop(&c->frame);
		if (!answered || stop_asked()) {
			hang_up(c);
			return;
		}
	}
}

/* Waits for a sender, the next try or the end. */
static int await(const struct listener *l, struct pollfd *p)
{
	long wait = -1;

	p[0] = (struct pollfd){.fd = stop_descriptor(), .events = POLLIN};
	p[1] = (struct pollfd){.fd = l->fd, .events = POLLIN};
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		p[2 + i] = (struct pollfd){.fd = l->connections[i].fd, .events = POLLIN};
	if (l->next_try > 0) {
		wait = l->next_try - watch_now();
		wait = wait > 0 ? wait : 0;
	}
	return poll(p, 2 + CONNECTIONS_MAX, (int)wait);
}

static struct turn round_of(void *state, struct arena *a)
{
	struct pollfd p[2 + CONNECTIONS_MAX];
	struct listener *l = state;

	if (await(l, p) > 0 && p[0].revents == 0) {
		for (size_t i = 0; i < CONNECTIONS_MAX; i++)
			if (p[2 + i].revents != 0)
				serve(l, a, &l->connections[i]);
		if (p[1].revents != 0)
			accept_one(l);
	}
	if (!stop_asked()) {
		long pause = adt_send_waiting(l->adt, a);

		l->next_try = pause >= 0 ? watch_now() + pause : 0;
	}
	return (struct turn){.pause_ms = 0};
}

static void end(void *state)
{
	struct listener *l = state;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (l->connections[i].fd >= 0)
			hang_up(&l->connections[i]);
	free(l->connections);
	close(l->fd);
	adt_free(l->adt);
}

bool listener_add(const struct listener_setup *setup, const char **why)
{
	struct arena *a = setup->adapter->arena;
	struct listener *l = arena_alloc(a, sizeof(*l));

	l->allowed = setup->allowed;
	l->next_try = 1; /* at once: the spool may hold what an earlier run has committed to */
	l->adt = adt_new(setup->adapter, why);
	if (l->adt == NULL)
		return false;
	l->fd = listen_at(a, setup->address);
	if (l->fd < 0) {
		adt_free(l->adt);
		*why = arena_printf(a, "cannot listen at '%s'", setup->address);
		return false;
	}
	l->connections = calloc(CONNECTIONS_MAX, sizeof(*l->connections));
	if (l->connections == NULL)
		abort();
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		l->connections[i].fd = -1;
	adapter_add(setup->adapter, &(struct duty){.name = "mllp",
						   .state = l,
						   .round = round_of,
						   .end = end,
						   .never_once = true});
	return true;
}
