/* What the NAV adapter remembers of each activity. */
#include "nav/ledger.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/durable.h"
#include "lib/file.h"
#include "lib/member.h"

/* Ids are UUIDs that were checked; small letters, so that one activity is one file. */
static const char *path_of(const struct ledger *l, struct arena *a, const char *activity_id)
{
	char *name = arena_dup(a, activity_id);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return arena_printf(a, "%s/%s.json", l->directory, name);
}

json_t *ledger_all(const struct ledger *l, struct arena *a, const char **why)
{
	json_t *all = member_keep(a, json_array());
	char **names = durable_list(a, l->directory, NULL, why);

	if (names == NULL)
		return NULL;
	for (; *names != NULL; names++) {
		json_t *link =
			file_read_json(a, arena_printf(a, "%s/%s", l->directory, *names), why);

		if (link == NULL)
			return NULL;
		json_array_append(all, link);
	}
	return all;
}

bool ledger_find(const struct ledger *l, struct arena *a, const char *activity_id, json_t **link,
		 const char **why)
{
	const char *path = path_of(l, a, activity_id);
	bool known = file_exists(path);

	*link = known ? file_read_json(a, path, why) : NULL;
	return !known || *link != NULL;
}

json_t *ledger_of_measure(const json_t *all, const char *measure_id)
{
	json_t *link;
	size_t i;

	json_array_foreach(all, i, link)
	{
		const char *id = member_text(link, "measure_id");

		if (id != NULL && strcmp(id, measure_id) == 0)
			return link;
	}
	return NULL;
}

bool ledger_save(const struct ledger *l, struct arena *a, const json_t *link, const char **why)
{
	const char *text = arena_printf(a, "%s\n", member_dump(a, link, JSON_INDENT(2)));

	return durable_write(a, path_of(l, a, member_text(link, "activity_id")), text, strlen(text),
			     why);
}

void ledger_prune(const struct ledger *l, struct arena *a, long seconds)
{
	const char *why;
	json_t *all = ledger_all(l, a, &why), *link;
	size_t i;

	json_array_foreach(all, i, link)
	{
		const char *path = path_of(l, a, member_text(link, "activity_id"));
		struct stat st;

		if (json_is_true(json_object_get(link, "closed")) && stat(path, &st) == 0 &&
		    st.st_mtime < time(NULL) - seconds)
			durable_remove(a, path, &why);
	}
}
