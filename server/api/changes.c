/*
 * Reads changes for one reader, look after look.
 * Tested through tests/api/changes.test.mjs: each look is a round in PostgreSQL.
 */
#include "api/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/principal.h"
#include "api/problem.h"
#include "base/config.h"

enum { LOOK_MEMORY = 4 * 1024 * 1024 };
enum { CONTEXT, PAGE, LOG };

void changes_begin(struct changes *c, struct request *r, const char *statement, const char *after)
{
	*c = (struct changes){.work = {.request = r, .binding = {.request = r}}};
	c->steps[CONTEXT] = statement_find("context");
	c->steps[PAGE] = statement_find(statement);
	c->steps[LOG] = statement_find("news_log");
	c->work.binding.news_after = c->after;
	snprintf(c->after, sizeof(c->after), "%s", after);
	/* looked up once: a reader who stays looks very often, and `after` is read where it stands
	 */
	for (int step = CONTEXT; step <= LOG; step++)
		c->values[step] = bind_values(&c->work.binding, c->steps[step]);
}

static bool take_connection(struct changes *c, struct arena *a)
{
	enum pool_refusal refusal;

	c->work.connection = pool_take(&refusal);
	if (c->work.connection == NULL)
		return false;
	round_init(&c->work.round, c->work.connection, a);
	return true;
}

static void keep(struct changes *c)
{
	const struct round *round = &c->work.round;
	const char *last = round_text(round, PAGE, "last"), *more = round_text(round, PAGE, "more");
	const char *count = round_text(round, PAGE, "count");
	const char *shown = round_text(round, PAGE, "shown");

	snprintf(c->after, sizeof(c->after), "%s", last == NULL ? "0" : last);
	c->items = round_text(round, PAGE, "items");
	c->count = count == NULL ? 0 : strtol(count, NULL, 10);
	c->more = more != NULL && strcmp(more, "t") == 0;
	c->shown = shown != NULL && strcmp(shown, "{}") != 0;
}

bool changes_look(struct changes *c, struct arena *a)
{
	if (!take_connection(c, a))
		return false;
	for (int step = CONTEXT; step <= LOG; step++)
		round_add(&c->work.round, c->steps[step], c->values[step]);
	if (!round_run(&c->work.round))
		return false;
	keep(c);
	work_end(&c->work);
	return true;
}

bool changes_note(struct changes *c, struct arena *a)
{
	const struct statement *note = statement_find("news_log_nobody");

	if (!take_connection(c, a))
		return false;
	round_add(&c->work.round, c->steps[CONTEXT], c->values[CONTEXT]);
	round_add(&c->work.round, note, bind_values(&c->work.binding, note));
	if (!round_run(&c->work.round))
		return false;
	work_end(&c->work);
	return true;
}

int64_t changes_place(const struct changes *c)
{
	return strtoll(c->after, NULL, 10);
}

static void leave(void *reader)
{
	news_leave(reader);
}

/* Persons have no agency that could answer for them together. */
static const char *group_of(const struct request *r)
{
	const struct principal *p = r->principal;

	return arena_printf(r->arena, "%s %s", p->agency_id != NULL ? p->agency_id : p->issuer_id,
			    p->citizen ? p->subject : "");
}

bool changes_enter(struct request *r, enum news_kind kind)
{
	struct news_reader *reader = arena_alloc(r->arena, sizeof(*reader));

	*reader = (struct news_reader){.kind = kind, .group = group_of(r)};
	switch (news_enter(reader)) {
	case NEWS_ENTERED:
		arena_adopt(r->arena, leave, reader);
		return true;
	case NEWS_GROUP_FULL:
		reply_header(r, "Retry-After", "5");
		return problem(r, "agency_readers", "%ld may wait for changes at once%s",
			       config.changes_agency,
			       r->principal->citizen ? "" : " for one agency");
	default:
		return problem(r, "too_many_readers", NULL);
	}
}

struct arena *changes_arena(struct request *r)
{
	struct arena *a = arena_new(LOOK_MEMORY);

	arena_adopt(r->arena, (void (*)(void *))arena_free, a);
	return a;
}

enum outcome changes_failed(struct changes *c)
{
	enum outcome outcome = ANSWERED;

	if (c->work.connection == NULL)
		problem(c->work.request, "unavailable", "no database connection is free");
	else
		outcome = work_failed(&c->work);
	work_end(&c->work);
	return outcome;
}
