#ifndef API_INNER_H
#define API_INNER_H

#include "api/request.h"

/*
 * A request that another one leads to: the same caller, purpose, session and memory, another
 * operation. It goes through the rooms from authorise on, and its answer is taken over.
 */

/* Without body, parameters and answer; of the headers those that say who asks and in what words. */
struct request *inner_request(const struct request *outer, const struct operation *op);

/* Gives it a header, a path parameter, a body of this media type; values in the arena. */
void inner_header(struct request *r, const char *name, const char *value);
void inner_path(struct request *r, const char *name, const char *value);
void inner_body(struct request *r, const char *type, const json_t *body);

/* Gives it a body as it is sent; text in the arena. */
void inner_text(struct request *r, const char *type, const char *body);

/* What it was answered with becomes the outer's answer. */
void inner_answer(struct request *outer, const struct request *inner);

/* A header of the answer, or NULL. */
const char *inner_reply_header(const struct request *r, const char *name);

#endif
