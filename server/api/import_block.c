/*
 * Stores rows of an import, a block at a time.
 * Tested through tests/api/imports.test.mjs: it is a buffer before a statement.
 */
#include "api/import_block.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/problem.h"
#include "base/config.h"
#include "base/event.h"
#include "db/round.h"

enum {
	TEXT_ENOUGH = 512 * 1024,
	TEXT_MAX = TEXT_ENOUGH + 4 * IMPORT_ROW_MAX + 16,
	ROUND_MEMORY = 4 * 1024 * 1024
};

static void begin(struct import_block *b)
{
	b->size = 0;
	b->rows = b->rejected = 0;
	b->from = b->read;
	json_array_clear(b->remarks);
}

void import_block_open(struct import_block *b, struct request *r, const char *batch)
{
	*b = (struct import_block){.request = r, .batch = batch, .remarks = json_array()};
	b->round = arena_new(ROUND_MEMORY);
	b->text = arena_alloc(r->arena, TEXT_MAX);
	begin(b);
}

void import_block_close(struct import_block *b)
{
	json_decref(b->remarks);
	arena_free(b->round);
}

void import_block_add(struct import_block *b, const char *row)
{
	size_t len = strlen(row);

	b->text[b->size] = b->size == 0 ? '[' : ',';
	b->size++;
	memcpy(b->text + b->size, row, len);
	b->size += len;
}

bool import_block_is_full(const struct import_block *b)
{
	return b->rows >= config.import_block_rows || b->size >= TEXT_ENOUGH;
}

/* The values of a statement's parameters, by name. */
struct given {
	const char *name, *value;
};

static bool run(struct import_block *b, const char *statement, const struct given list[3])
{
	const struct statement *s = statement_find(statement);
	const char **values = arena_alloc(b->round, s->parameter_count * sizeof(char *));
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);
	struct round round;
	bool ok;

	if (c == NULL)
		return problem(b->request, "unavailable", "no database connection is free");
	for (size_t i = 0; i < s->parameter_count; i++)
		for (size_t k = 0; k < 3; k++)
			if (strcmp(s->parameters[i], list[k].name) == 0)
				values[i] = list[k].value;
	round_init(&round, c, b->round);
	round_add(&round, s, values);
	ok = round_run(&round);
	if (!ok && strcmp(round.sqlstate, "AP409") == 0)
		problem(b->request, "upload_offset", "somebody else goes on with this batch");
	else if (!ok) {
		event(E_DATABASE_ERROR,
		      "\"request_id\":\"%s\",\"statement\":\"%s\",\"sqlstate\":\"%s\"",
		      b->request->id, statement, round.sqlstate);
		problem(b->request, "unavailable", NULL);
	}
	arena_clear(b->round);
	pool_give_back(c);
	return ok;
}

bool import_block_store(struct import_block *b, bool last)
{
	json_t *told = json_pack("{s:I, s:I, s:i, s:i, s:b, s:O}", "from", (json_int_t)b->from,
				 "bytes", (json_int_t)b->read, "rows", b->rows, "rejected",
				 b->rejected, "last", last, "remarks", b->remarks);
	char *text;
	bool ok;

	if (b->header != NULL)
		json_object_set(told, "header", (json_t *)(uintptr_t)b->header);
	text = json_dumps(told, JSON_COMPACT);
	b->text[b->size] = ']';
	b->text[b->size + 1] = '\0';
	ok = run(b, "import_receive",
		 (struct given[3]){{"path.id", b->batch},
				   {"given", text},
				   {"content", b->size > 0 ? b->text : "[]"}});
	free(text);
	json_decref(told);
	if (ok) {
		b->header = NULL;
		begin(b);
	}
	return ok;
}

void import_block_abandon(struct import_block *b, const char *reason)
{
	struct reply kept = b->request->reply;

	run(b, "import_fail",
	    (struct given[3]){{"path.id", b->batch}, {"request.reason", reason}, {"", NULL}});
	b->request->reply = kept;
}
