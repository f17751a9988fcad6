#ifndef LIB_ADAPTER_H
#define LIB_ADAPTER_H

#include "lib/credential.h"
#include "lib/session.h"
#include "lib/settings.h"

/*
 * What the agencies' adapters have in common: command line, configuration, one instance at a time,
 * a thread and a session for each duty, an end within a second or two of SIGTERM.
 */

/* What a duty has to say after a round. */
struct turn {
	long pause_ms; /* until the next one, unless its descriptor wakes it; 0: at once */
	bool waits;    /* something that should have gone has not */
};

/* One thing that an adapter does beside others, in a thread of its own. */
struct duty {
	const char *name;
	void *state;
	struct turn (*round)(void *state, struct arena *a); /* the arena is cleared after it */
	int (*descriptor)(void *state);			    /* what wakes it, or NULL */
	void (*end)(void *state);			    /* releases the state, or NULL */
	bool never_once;				    /* listens: not part of --once */
};

enum { ADAPTER_DUTIES_MAX = 8 };

struct adapter {
	struct arena *arena; /* as long as the program */
	struct settings settings;
	struct credential credential;
	const char *directory; /* the spool's: each duty keeps its things below */
	bool once;
	const char *argument; /* of the kind's own option, or NULL */
	size_t count;
	struct duty duties[ADAPTER_DUTIES_MAX];
};

/* What makes one adapter different from another. */
struct adapter_kind {
	const char *name;		  /* "samhandling-police" */
	const char *summary;		  /* for --help */
	const struct setting_spec *specs; /* beside those that all have; ended by a nameless one */
	/* Reads the settings and adds the duties. False and `*why`. */
	bool (*open)(struct adapter *adapter, const char **why);
	/* An option of its own that takes a value and does one thing instead of the duties. */
	const char *option, *option_help;			       /* NULL: none */
	int (*run_option)(struct adapter *adapter, const char *value); /* the exit code */
};

/* Exit codes, from sysexits.h: what waits is worth another call. */
enum {
	ADAPTER_DONE = 0,
	ADAPTER_USAGE = 64,
	ADAPTER_DATA = 65,
	ADAPTER_WAITS = 75,
	ADAPTER_CONFIG = 78
};

/* For specs: how long a file must have lain unchanged before it is read, how often to look. */
extern const struct setting_number adapter_settle_ms, adapter_interval_s;

/* The program. */
int adapter_main(int argc, char **argv, const struct adapter_kind *kind);

/* For open(): one more duty. */
void adapter_add(struct adapter *adapter, const struct duty *duty);

/* For open(): a session with the configured service; NULL and `*why`. The duty that it is for frees
 * it. */
struct session *adapter_session(struct adapter *adapter, const char **why);

/* For open(): a directory below the spool's, made; NULL and `*why`. */
const char *adapter_directory(struct adapter *adapter, const char *name, const char **why);

/* For open(): a folder that a setting names; one that is missing is made. NULL and `*why`. */
const char *adapter_folder(struct adapter *adapter, const char *setting, const char **why);

#endif
