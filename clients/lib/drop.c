/* Files handed to another program, each once. */
#include "lib/drop.h"

#include <string.h>

#include "lib/durable.h"
#include "lib/file.h"

static const char staged_ending[] = ".staged";

static const char *hidden(struct arena *a, const char *folder, const char *name)
{
	return arena_printf(a, "%s/.%s%s", folder, name, staged_ending);
}

bool drop_stage(struct arena *a, const char *folder, const char *name, const char *content,
		const char **why)
{
	return durable_write(a, hidden(a, folder, name), content, strlen(content), why);
}

bool drop_publish(struct arena *a, const char *folder, const char *name, const char **why)
{
	const char *from = hidden(a, folder, name);

	return !file_exists(from) ||
	       durable_move(a, from, arena_printf(a, "%s/%s", folder, name), why);
}

static bool is_staged(const char *name)
{
	size_t length = strlen(name), ending = sizeof(staged_ending) - 1;

	return name[0] == '.' && length > ending + 1 &&
	       strcmp(name + length - ending, staged_ending) == 0;
}

bool drop_recover(struct arena *a, const char *folder,
		  bool (*is_committed)(void *context, const char *name), void *context,
		  const char **why)
{
	char **names;
	bool fine = durable_directory(a, folder, why);

	durable_sweep(a, folder);
	names = fine ? durable_list(a, folder, is_staged, why) : NULL;
	fine = names != NULL;
	for (; fine && *names != NULL; names++) {
		size_t ending = sizeof(staged_ending) - 1;
		const char *name = arena_copy(a, *names + 1, strlen(*names) - 1 - ending);

		fine = is_committed(context, name)
			       ? drop_publish(a, folder, name, why)
			       : durable_remove(a, hidden(a, folder, name), why);
	}
	return fine;
}
