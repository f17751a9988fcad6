/* From a watched folder through the spool to the service. */
#include "lib/folder.h"

#include "lib/note.h"
#include "lib/watch.h"

enum { PACE_FIRST_MS = 1000, PACE_MOST_MS = 5 * 60 * 1000, IDLE_MS = 15 * 1000 };

struct folder {
	struct watch *watch;
	struct delivery delivery;
	long keep_s;
	long not_before; /* a file that comes in does not hasten what has to wait; monotonic ms */
};

/* Moves what is complete into the spool; gives the time until more may be. */
static long take_files(struct folder *f, struct arena *a)
{
	const char *why = "", *id;
	long settles_in;
	char **paths = watch_look(f->watch, a, watch_now(), &settles_in, &why);

	if (paths == NULL)
		note(NOTE_ERROR, "folder", "{s:s}", "why", why);
	for (; paths != NULL && *paths != NULL; paths++) {
		if (spool_take(&f->delivery.spool, a, *paths, &id, &why))
			note(NOTE_INFO, "taken", "{s:s}", "id", id);
		else
			note(NOTE_ERROR, "folder", "{s:s}", "why", why);
	}
	return settles_in;
}

static struct turn round_of(void *state, struct arena *a)
{
	struct folder *f = state;
	long settles_in = take_files(f, a), now = watch_now(), pause = f->not_before - now;

	spool_prune(&f->delivery.spool, a, f->keep_s);
	arena_clear(a);
	if (pause <= 0) {
		pause = delivery_round(&f->delivery, a);
		f->not_before = pause > 0 ? now + pause : 0;
	}
	if (pause != DELIVERY_EMPTY)
		return (struct turn){.pause_ms = pause, .waits = true};
	return (struct turn){.pause_ms = settles_in > 0 ? settles_in : IDLE_MS};
}

static int descriptor_of(void *state)
{
	return watch_descriptor(((struct folder *)state)->watch);
}

static void end(void *state)
{
	struct folder *f = state;

	session_free(f->delivery.session);
	watch_free(f->watch);
}

struct spool *folder_spool(struct folder *f)
{
	return &f->delivery.spool;
}

bool folder_add(const struct folder_setup *setup, const char **why)
{
	struct adapter *adapter = setup->adapter;
	struct folder *f = arena_alloc(adapter->arena, sizeof(*f));
	const char *directory = adapter_directory(adapter, setup->spool, why);

	f->keep_s = 24L * 60 * 60 * settings_number(&adapter->settings, "spool.keep_days");
	f->delivery.pace = (struct pace){.first_ms = PACE_FIRST_MS, .most_ms = PACE_MOST_MS};
	f->delivery.send = setup->send;
	f->delivery.context = setup->context;
	if (directory == NULL || !spool_open(adapter->arena, directory, &f->delivery.spool, why))
		return false;
	/* whoever calls --once does so when the files are there */
	f->watch = watch_new(setup->folder, adapter->once ? 0 : setup->settle_ms, why);
	f->delivery.session = f->watch != NULL ? adapter_session(adapter, why) : NULL;
	if (f->delivery.session == NULL) {
		watch_free(f->watch);
		return false;
	}
	adapter_add(adapter, &(struct duty){.name = setup->spool,
					    .state = f,
					    .round = round_of,
					    .descriptor = descriptor_of,
					    .end = end});
	return true;
}
