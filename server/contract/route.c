/* Paths: builds the tree of segments from the contract's templates and matches requests with it. */
#include "contract/route.h"

#include <string.h>

/* --- building -------------------------------------------------------------------------------- */

struct template
{
	struct arena *arena;
	const struct operation *op;
	size_t name_count;
	const char *names[ROUTE_PARAMETERS_MAX];
	const char **why;
};

static bool refuse(struct template *t, const char *what)
{
	*t->why = arena_printf(t->arena, "path '%s' %s", t->op->path, what);
	return false;
}

/* Where the literal stands among the children, or where it would. */
static size_t child_place(const struct route_node *node, const char *literal, bool *found)
{
	size_t low = 0, high = node->child_count;

	*found = false;
	while (low < high && !*found) {
		size_t middle = (low + high) / 2;
		int order = strcmp(literal, node->children[middle].literal);

		*found = order == 0;
		if (order < 0)
			high = middle;
		else
			low = *found ? middle : middle + 1;
	}
	return low;
}

static struct route_node *literal_child(struct arena *a, struct route_node *node,
					const char *literal)
{
	bool found;
	size_t place = child_place(node, literal, &found);

	if (found)
		return node->children[place].node;

	struct route_child *grown = arena_alloc(a, (node->child_count + 1) * sizeof(*grown));

	if (node->child_count > 0) {
		memcpy(grown, node->children, place * sizeof(*grown));
		memcpy(grown + place + 1, node->children + place,
		       (node->child_count - place) * sizeof(*grown));
	}
	grown[place].literal = literal;
	grown[place].node = arena_alloc(a, sizeof(*grown[place].node));
	node->children = grown;
	node->child_count++;
	return grown[place].node;
}

static struct route_node *parameter_child(struct template *t, struct route_node *node,
					  const char *segment)
{
	size_t len = strlen(segment);

	if (t->name_count == ROUTE_PARAMETERS_MAX || len < 3 || segment[len - 1] != '}' ||
	    strcspn(segment + 1, "{}") != len - 2) {
		refuse(t, "has a malformed parameter, or too many");
		return NULL;
	}
	t->names[t->name_count++] = arena_copy(t->arena, segment + 1, len - 2);
	if (node->parameter == NULL)
		node->parameter = arena_alloc(t->arena, sizeof(*node->parameter));
	return node->parameter;
}

/* The node of "/a/{b}" below `node`, or NULL when the path is malformed. */
static struct route_node *descend(struct template *t, struct route_node *node, const char *path)
{
	while (*path == '/' && node != NULL) {
		size_t len = strcspn(++path, "/");
		const char *segment = arena_copy(t->arena, path, len);

		path += len;
		if (*segment == '{')
			node = parameter_child(t, node, segment);
		else if (len == 0 || strpbrk(segment, "{}") != NULL)
			return refuse(t, "has a malformed segment"), NULL;
		else
			node = literal_child(t->arena, node, segment);
	}
	return node;
}

static bool same_names(const struct template *t, const struct route_node *node)
{
	for (size_t i = 0; i < t->name_count; i++)
		if (strcmp(t->names[i], node->names[i]) != 0)
			return false;
	return true;
}

bool route_add(struct arena *a, struct route_node *root, const char *prefix,
	       const struct operation *op, const char **why)
{
	struct template t = {.arena = a, .op = op, .why = why};
	struct route_node *node = descend(&t, root, prefix);

	node = node == NULL ? NULL : descend(&t, node, op->path);
	if (node == NULL)
		return false;
	if (node->path == NULL) {
		node->path = op->path;
		node->name_count = t.name_count;
		node->names = arena_alloc(a, (t.name_count + 1) * sizeof(*node->names));
		memcpy(node->names, t.names, t.name_count * sizeof(*node->names));
	} else if (!same_names(&t, node)) {
		return refuse(&t, "names its parameters otherwise than a path of the same form");
	}
	if (node->by_method[op->method] != NULL)
		return refuse(&t, "has the same method twice");
	node->by_method[op->method] = op;
	return true;
}

/* --- matching -------------------------------------------------------------------------------- */

struct search {
	const char *const *segments;
	size_t count;
	const char *values[ROUTE_PARAMETERS_MAX];
};

/* The deepest call is as deep as the tree, which the contract bounds. */
static const struct route_node *find(struct search *s, const struct route_node *node, size_t at,
				     size_t value_count)
{
	const struct route_node *end = NULL;
	bool found;

	if (at == s->count)
		return node->path == NULL ? NULL : node;

	size_t place = child_place(node, s->segments[at], &found);

	if (found)
		end = find(s, node->children[place].node, at + 1, value_count);
	if (end != NULL || node->parameter == NULL || *s->segments[at] == '\0')
		return end;
	s->values[value_count] = s->segments[at];
	return find(s, node->parameter, at + 1, value_count + 1);
}

bool contract_match(const struct contract *c, const char *const *segments, size_t count,
		    struct route_match *match)
{
	struct search s = {.segments = segments, .count = count};
	const struct route_node *end = find(&s, c->routes, 0, 0);

	if (end == NULL)
		return false;
	memcpy(match->by_method, end->by_method, sizeof(match->by_method));
	match->parameter_count = end->name_count;
	for (size_t i = 0; i < end->name_count; i++) {
		match->parameters[i].name = end->names[i];
		match->parameters[i].value = s.values[i];
	}
	return true;
}
