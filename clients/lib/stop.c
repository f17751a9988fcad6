/* Ending cleanly: one descriptor that every wait of the program looks at too. */
#include "lib/stop.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int asked = -1;
static sigset_t ending;

/* Takes the first signal; the second one shall have its usual effect. */
static void *take_signal(void *nothing)
{
	int number;

	sigwait(&ending, &number);
	stop_ask();
	pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
	for (;;)
		pause();
	return nothing;
}

void stop_on_signals(void)
{
	pthread_t thread;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &ending, NULL);
	asked = eventfd(0, EFD_CLOEXEC);
	if (asked < 0 || pthread_create(&thread, NULL, take_signal, NULL) != 0)
		abort();
	pthread_detach(thread);
}

void stop_ask(void)
{
	const uint64_t one = 1;

	if (asked >= 0 && write(asked, &one, sizeof(one)) < 0)
		abort();
}

bool stop_asked(void)
{
	struct pollfd p = {.fd = asked, .events = POLLIN};

	return asked >= 0 && poll(&p, 1, 0) > 0;
}

bool stop_wait(int fd, long ms)
{
	struct pollfd p[2] = {{.fd = asked, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
	int limit = ms > INT_MAX ? INT_MAX : (int)ms;

	return poll(p, 2, limit) > 0 && (p[1].revents & POLLIN) != 0;
}

int stop_descriptor(void)
{
	return asked;
}
