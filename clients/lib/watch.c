/* Notices files that have been put into a folder. */
#include "lib/watch.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/durable.h"

/* A file as it was when it was last looked at. */
struct seen {
	struct seen *next;
	char *name;
	off_t size;
	struct timespec changed;
	long since;  /* when it was first seen like this */
	bool moved;  /* it was renamed in, so it is whole */
	bool marked; /* still there at this look */
};

struct watch {
	char *folder;
	long settle_ms;
	int inotify; /* -1: none */
	struct seen *seen;
};

long watch_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct watch *watch_new(const char *folder, long settle_ms, const char **why)
{
	struct watch *w;

	if (access(folder, R_OK | W_OK | X_OK) != 0) {
		*why = strerror(errno);
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		abort();
	w->folder = strdup(folder);
	if (w->folder == NULL)
		abort();
	w->settle_ms = settle_ms;
	w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->inotify >= 0 &&
	    inotify_add_watch(w->inotify, folder, IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
		close(w->inotify);
		w->inotify = -1;
	}
	return w;
}

static void forget(struct seen **at)
{
	struct seen *gone = *at;

	*at = gone->next;
	free(gone->name);
	free(gone);
}

void watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	while (w->seen != NULL)
		forget(&w->seen);
	if (w->inotify >= 0)
		close(w->inotify);
	free(w->folder);
	free(w);
}

int watch_descriptor(const struct watch *w)
{
	return w->inotify;
}

static struct seen *seen_as(struct watch *w, const char *name)
{
	struct seen *s;

	for (s = w->seen; s != NULL; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->name = strdup(name)) == NULL)
		abort();
	s->size = -1;
	s->next = w->seen;
	w->seen = s;
	return s;
}

static bool ends_in(const char *name, const char *ending)
{
	size_t length = strlen(name), tail = strlen(ending);

	return length > tail && strcmp(name + length - tail, ending) == 0;
}

static bool is_candidate(const char *name)
{
	return name[0] != '.' && !ends_in(name, ".part") && !ends_in(name, ".tmp") &&
	       !ends_in(name, ".filepart");
}

/* What inotify has to tell: which names were renamed into the folder. */
static void read_events(struct watch *w)
{
	_Alignas(struct inotify_event) char buffer[4096];
	ssize_t n;

	while (w->inotify >= 0 && (n = read(w->inotify, buffer, sizeof(buffer))) > 0) {
		const struct inotify_event *event;

		for (char *p = buffer; p < buffer + n; p += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)(void *)p;
			if ((event->mask & IN_MOVED_TO) != 0 && event->len > 0 &&
			    is_candidate(event->name))
				seen_as(w, event->name)->moved = true;
		}
	}
}

/* Milliseconds until the file counts as complete: 0 when it does; -1 when it is none. */
static long missing_ms(struct watch *w, const char *path, const char *name, long now)
{
	struct seen *s;
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return -1;
	s = seen_as(w, name);
	s->marked = true;
	if (s->size != st.st_size || s->changed.tv_sec != st.st_mtim.tv_sec ||
	    s->changed.tv_nsec != st.st_mtim.tv_nsec) {
		s->moved = s->moved && s->size < 0;
		s->size = st.st_size;
		s->changed = st.st_mtim;
		s->since = now;
	}
	if (s->moved || now - s->since >= w->settle_ms)
		return 0;
	return w->settle_ms - (now - s->since);
}

static void forget_what_is_gone(struct watch *w)
{
	struct seen **at = &w->seen;

	while (*at != NULL)
		if ((*at)->marked) {
			(*at)->marked = false;
			at = &(*at)->next;
		} else {
			forget(at);
		}
}

char **watch_look(struct watch *w, struct arena *a, long now_ms, long *settles_in, const char **why)
{
	char **names, **ready;
	size_t count = 0;

	*settles_in = -1;
	read_events(w);
	names = durable_list(a, w->folder, is_candidate, why);
	if (names == NULL)
		return NULL;
	ready = names;
	for (; *names != NULL; names++) {
		char *path = arena_printf(a, "%s/%s", w->folder, *names);
		long missing = missing_ms(w, path, *names, now_ms);

		if (missing == 0)
			ready[count++] = path;
		else if (missing > 0 && (*settles_in < 0 || missing < *settles_in))
			*settles_in = missing;
	}
	ready[count] = NULL;
	forget_what_is_gone(w);
	return ready;
}
