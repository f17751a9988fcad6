/* The durable queue between an agency's system and the service. */
#include "lib/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/digest.h"
#include "lib/durable.h"
#include "lib/file.h"
#include "lib/member.h"

enum { NUMBER_DIGITS = 20, KIND_MAX = 8, PRUNE_EVERY_S = 3600 };

static const char *const places[] = {"new", "sending", "done", "refused"};

static const char *in(const struct spool *s, struct arena *a, const char *place, const char *name)
{
	return arena_printf(a, "%s/%s/%s", s->directory, place, name);
}

static const char *receipt_path(const struct spool *s, struct arena *a, const char *id)
{
	return arena_printf(a, "%s/done/%s.json", s->directory, id);
}

/* <20 digits>-<32 hexadecimal digits>.<kind> */
static bool is_item(const char *name)
{
	size_t stem = NUMBER_DIGITS + 1 + DIGEST_HEX_LENGTH;

	return strspn(name, "0123456789") == NUMBER_DIGITS && name[NUMBER_DIGITS] == '-' &&
	       strspn(name + NUMBER_DIGITS + 1, "0123456789abcdef") == DIGEST_HEX_LENGTH &&
	       name[stem] == '.' && strlen(name + stem + 1) <= KIND_MAX;
}

static bool is_of(const char *name, const char *id)
{
	return strncmp(name + NUMBER_DIGITS + 1, id, DIGEST_HEX_LENGTH) == 0;
}

static char **items_in(const struct spool *s, struct arena *a, const char *place, const char **why)
{
	return durable_list(a, arena_printf(a, "%s/%s", s->directory, place), is_item, why);
}

/* The name of the item with that id in that place, or NULL. */
static const char *find(const struct spool *s, struct arena *a, const char *place, const char *id)
{
	const char *why;
	char **names = items_in(s, a, place, &why);

	for (; names != NULL && *names != NULL; names++)
		if (is_of(*names, id))
			return *names;
	return NULL;
}

bool spool_open(struct arena *a, const char *directory, struct spool *out, const char **why)
{
	*out = (struct spool){.directory = directory};
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const char *path = arena_printf(a, "%s/%s", directory, places[i]);

		if (!durable_directory(a, path, why))
			return false;
		durable_sweep(a, path);
	}
	return true;
}

/* A name that sorts after all names given before, also when the clock is set back. */
static const char *next_name(struct spool *s, struct arena *a, const char *id, const char *kind)
{
	struct timespec now;
	unsigned long number;
	const char *why;
	char **names = items_in(s, a, "new", &why);

	clock_gettime(CLOCK_REALTIME, &now);
	number = (unsigned long)now.tv_sec * 1000000 + (unsigned long)now.tv_nsec / 1000;
	for (; names != NULL && *names != NULL; names++)
		if (strtoul(*names, NULL, 10) > s->last)
			s->last = strtoul(*names, NULL, 10);
	if (number <= s->last)
		number = s->last + 1;
	s->last = number;
	return arena_printf(a, "%020lu-%s.%s", number, id, kind);
}

enum spool_state spool_look(const struct spool *s, struct arena *a, const char *id)
{
	if (file_exists(receipt_path(s, a, id)))
		return SPOOL_DONE;
	if (find(s, a, "new", id) != NULL || find(s, a, "sending", id) != NULL)
		return SPOOL_WAITING;
	return SPOOL_UNKNOWN;
}

bool spool_put(struct spool *s, struct arena *a, const struct spool_content *content,
	       const char **id, const char **why)
{
	const char *identity = content->identity;

	*id = identity != NULL ? digest_bytes(a, identity, strlen(identity))
			       : digest_bytes(a, content->bytes, content->size);
	if (spool_look(s, a, *id) != SPOOL_UNKNOWN)
		return true;
	return durable_write(a, in(s, a, "new", next_name(s, a, *id, content->kind)),
			     content->bytes, content->size, why);
}

/* The ending as a kind: up to eight letters and digits, small; "bin" for others. */
static const char *kind_of(struct arena *a, const char *path)
{
	const char *dot = strrchr(path, '.');
	size_t length = dot != NULL ? strlen(dot + 1) : 0;
	char *kind;

	if (length == 0 || length > KIND_MAX || strchr(dot, '/') != NULL)
		return "bin";
	kind = arena_dup(a, dot + 1);
	for (char *p = kind; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')))
			return "bin";
	}
	return kind;
}

bool spool_take(struct spool *s, struct arena *a, const char *path, const char **id,
		const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	bool whole = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fsync(fd) == 0;

	*id = whole ? digest_file(a, fd) : NULL;
	if (*id == NULL)
		*why = arena_printf(a, "cannot take a file: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	if (*id == NULL)
		return false;
	if (spool_look(s, a, *id) != SPOOL_UNKNOWN)
		return durable_remove(a, path, why);
	return durable_move(a, path, in(s, a, "new", next_name(s, a, *id, kind_of(a, path))), why);
}

static struct spool_item as_item(const struct spool *s, struct arena *a, const char *name)
{
	return (struct spool_item){
		.id = arena_copy(a, name + NUMBER_DIGITS + 1, DIGEST_HEX_LENGTH),
		.kind = strchr(name, '.') + 1,
		.path = in(s, a, "sending", name),
		.name = name,
	};
}

/* What is in sending/ and still to be sent; what has its receipt died between the two steps. */
static bool resumed(struct spool *s, struct arena *a, struct spool_item *out, const char **why)
{
	char **names = items_in(s, a, "sending", why);

	for (; names != NULL && *names != NULL; names++) {
		*out = as_item(s, a, *names);
		if (!file_exists(receipt_path(s, a, out->id)))
			return true;
		if (!durable_remove(a, out->path, why))
			return false;
	}
	return false;
}

bool spool_next(struct spool *s, struct arena *a, struct spool_item *out, const char **why)
{
	char **names;

	*why = NULL;
	if (resumed(s, a, out, why))
		return true;
	names = *why == NULL ? items_in(s, a, "new", why) : NULL;
	if (names == NULL || *names == NULL)
		return false;
	*out = as_item(s, a, *names);
	return durable_move(a, in(s, a, "new", *names), out->path, why);
}

static bool write_json(struct arena *a, const char *path, const json_t *json, const char **why)
{
	const char *text = arena_printf(a, "%s\n", member_dump(a, json, JSON_INDENT(2)));

	return durable_write(a, path, text, strlen(text), why);
}

bool spool_done(struct spool *s, struct arena *a, const struct spool_item *item,
		const json_t *receipt, const char **why)
{
	return write_json(a, receipt_path(s, a, item->id), receipt, why) &&
	       durable_remove(a, item->path, why);
}

bool spool_refuse(struct spool *s, struct arena *a, const struct spool_item *item,
		  const json_t *reason, const char **why)
{
	const char *beside = arena_printf(a, "%s/refused/%s.json", s->directory, item->id);

	return write_json(a, beside, reason, why) &&
	       durable_move(a, item->path, in(s, a, "refused", item->name), why);
}

bool spool_withdraw(struct spool *s, struct arena *a, const char *id, const char **why)
{
	static const char *const waiting[] = {"new", "sending"};
	const char *name;

	for (size_t i = 0; i < 2; i++)
		if ((name = find(s, a, waiting[i], id)) != NULL &&
		    !durable_remove(a, in(s, a, waiting[i], name), why))
			return false;
	return true;
}

size_t spool_count(const struct spool *s, struct arena *a)
{
	static const char *const waiting[] = {"new", "sending"};
	size_t count = 0;
	const char *why;

	for (size_t i = 0; i < 2; i++) {
		char **names = items_in(s, a, waiting[i], &why);

		for (; names != NULL && *names != NULL; names++)
			count++;
	}
	return count;
}

void spool_prune(struct spool *s, struct arena *a, long seconds)
{
	const char *path = arena_printf(a, "%s/done", s->directory), *why;
	time_t now = time(NULL);
	char **names = NULL;
	struct stat st;

	if (s->pruned_at + PRUNE_EVERY_S <= now)
		names = durable_list(a, path, NULL, &why);
	if (names != NULL)
		s->pruned_at = now;
	for (; names != NULL && *names != NULL; names++) {
		const char *receipt = arena_printf(a, "%s/%s", path, *names);

		if (stat(receipt, &st) == 0 && st.st_mtime < now - seconds)
			unlink(receipt);
	}
}
