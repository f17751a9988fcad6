#ifndef LIB_DROP_H
#define LIB_DROP_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * A folder in which files are laid for another program exactly once, though this one may be killed
 * at any point. Three steps: the file is staged under a hidden name (drop_stage); the owner commits
 * that it was handed over, in whatever it remembers things with; the file is shown under its name
 * (drop_publish), which happens once, since the hidden file is gone then. After a crash
 * drop_recover shows what was committed and removes what was not, and will be staged again. The
 * other program takes files by their visible names and may remove them at any time.
 */

/* Writes the file under its hidden name. */
bool drop_stage(struct arena *a, const char *folder, const char *name, const char *content,
		const char **why);

/* Shows it; one that has been shown is left alone. */
bool drop_publish(struct arena *a, const char *folder, const char *name, const char **why);

/* At the start: makes the folder, and ends what was begun. */
bool drop_recover(struct arena *a, const char *folder,
		  bool (*is_committed)(void *context, const char *name), void *context,
		  const char **why);

#endif
