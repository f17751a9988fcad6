#ifndef API_IMPORT_MASK_H
#define API_IMPORT_MASK_H

#include <jansson.h>
#include <stdbool.h>

/*
 * A row of an import that was refused, as it may be kept and shown again: without the patient's
 * number, and with stars for whatever else may be a personal number or a seal. Only members with
 * plain names and plain values stay, texts of at most 200 bytes.
 * NULL when it is larger than 4 KiB all the same. The caller owns what it gets.
 */
json_t *import_mask(const json_t *row);

/*
 * Whether a member that no contract knows has a name that may be repeated: a word in lower case,
 * with underscores and few digits. Any other may be a number itself.
 */
bool import_name_is_plain(const char *name);

#endif
