/* Finds a value in claims by JSON Pointer. */
#include "auth/pointer.h"

#include <stdlib.h>
#include <string.h>

enum { INDEX_DIGITS_MAX = 4 };

/* Unescapes the piece that begins at `s` into `out`; returns its end, NULL when it is none. */
static const char *read_piece(const char *s, char out[POINTER_PIECE_MAX + 1])
{
	size_t n = 0;

	for (; *s != '\0' && *s != '/'; s++) {
		char c = *s;

		if (c == '~') {
			c = s[1] == '0' ? '~' : '/';
			if (s[1] != '0' && s[1] != '1')
				return NULL;
			s++;
		}
		if (n == POINTER_PIECE_MAX)
			return NULL;
		out[n++] = c;
	}
	out[n] = '\0';
	return s;
}

bool pointer_is_valid(const char *pointer)
{
	char piece[POINTER_PIECE_MAX + 1];

	if (*pointer != '/')
		return false;
	while (pointer != NULL && *pointer == '/')
		pointer = read_piece(pointer + 1, piece);
	return pointer != NULL;
}

static const json_t *step(const json_t *json, const char *piece)
{
	size_t digits = strspn(piece, "0123456789");

	if (!json_is_array(json))
		return json_object_get(json, piece);
	if (digits == 0 || digits > INDEX_DIGITS_MAX || piece[digits] != '\0' ||
	    (piece[0] == '0' && digits > 1))
		return NULL;
	return json_array_get(json, strtoul(piece, NULL, 10));
}

const json_t *pointer_get(const json_t *json, const char *pointer)
{
	char piece[POINTER_PIECE_MAX + 1];

	while (json != NULL && pointer != NULL && *pointer == '/') {
		pointer = read_piece(pointer + 1, piece);
		json = step(json, piece);
	}
	return json;
}

const json_t *pointer_claim(const json_t *json, const char *pointer)
{
	char piece[POINTER_PIECE_MAX + 1];

	return read_piece(pointer + 1, piece) == NULL ? NULL : json_object_get(json, piece);
}
