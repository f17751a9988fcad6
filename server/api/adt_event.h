#ifndef API_ADT_EVENT_H
#define API_ADT_EVENT_H

#include <jansson.h>
#include <stddef.h>

#include "auth/seal.h"
#include "base/arena.h"

/*
 * An HL7 v2 ADT message as the merge wants it (sql/migrations/0116): control id, sender, trigger
 * event and the stay as a row of an extract (import_row.h) has it, the patient's number replaced
 * by what finds it. Or, when it cannot be read, the answer: {"control": …, "code": "AE", "text":
 * …}. New reference.
 */
json_t *adt_event_read(struct arena *a, const struct seal_keys *seals, const char *message,
		       size_t size);

#endif
