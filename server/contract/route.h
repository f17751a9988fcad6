#ifndef CONTRACT_ROUTE_H
#define CONTRACT_ROUTE_H

#include "contract/contract.h"

/*
 * The tree of path segments: literal children sorted, at most one parameter child. Private to the
 * contract's loader and matcher.
 */
struct route_child {
	const char *literal;
	struct route_node *node;
};

struct route_node {
	size_t child_count;
	struct route_child *children; /* sorted by literal */
	struct route_node *parameter;
	size_t name_count;
	const char **names; /* of the parameters on the way, when a path ends here */
	const char *path;   /* the template that ends here, or NULL */
	const struct operation *by_method[METHOD_COUNT];
};

/*
 * Adds the operation under `prefix` ("" or "/api/v1") and its own path. False and `*why` when the
 * template is malformed, or takes a place that another one has under other parameter names.
 */
bool route_add(struct arena *a, struct route_node *root, const char *prefix,
	       const struct operation *op, const char **why);

#endif
