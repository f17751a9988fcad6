/* The head of an HL7 v2 message, and the answer to it. */
#include "dps/hl7.h"

#include <string.h>
#include <time.h>

#include "lib/encode.h"
#include "lib/text.h"

enum { MSH_FIELDS = 15 };

/* The segment's fields from MSH-3 on, split at the separator; the missing ones are "". */
static void split(struct arena *a, char *line, char separator, const char **fields)
{
	const char cut[] = {separator, '\0'};

	for (size_t i = 3; i <= MSH_FIELDS; i++) {
		const char *field = line != NULL ? strsep(&line, cut) : NULL;

		fields[i] = field != NULL ? arena_dup(a, field) : "";
	}
}

static const char *component(struct arena *a, const char *field, char separator, unsigned which)
{
	const char cut[] = {separator, '\0'};
	char *rest = arena_dup(a, field), *part = rest;

	while (which-- > 0)
		part = strsep(&rest, cut);
	return part != NULL ? part : "";
}

bool hl7_read(struct arena *a, const char *message, size_t size, struct hl7_head *out,
	      const char **fault)
{
	char *line = arena_copy(a, message, size);
	const char *fields[MSH_FIELDS + 1];

	*out = (struct hl7_head){'|', "^~\\&", "", "", "", "", "", "", "", "P", "2.5", ""};
	line[strcspn(line, "\r\n")] = '\0';
	*fault = "100^Segment sequence error";
	if (strlen(line) < 9 || strncmp(line, "MSH", 3) != 0 || line[8] != line[3])
		return false;
	out->separator = line[3];
	out->encoding = arena_copy(a, line + 4, 4);
	split(a, line + 9, out->separator, fields);
	out->from_application = fields[3];
	out->from_facility = fields[4];
	out->to_application = fields[5];
	out->to_facility = fields[6];
	out->type = component(a, fields[9], out->encoding[0], 1);
	out->event = component(a, fields[9], out->encoding[0], 2);
	out->control_id = fields[10];
	out->processing = fields[11];
	out->version = fields[12];
	out->accept_ack = fields[15];
	*fault = "101^Required field missing";
	if (out->control_id[0] == '\0' || out->type[0] == '\0')
		return false;
	*fault = "200^Unsupported message type";
	return strcmp(out->type, "ADT") == 0;
}

bool hl7_wants_commit(const struct hl7_head *head)
{
	return strcmp(head->accept_ack, "AL") == 0 || strcmp(head->accept_ack, "SU") == 0;
}

/* Text without what would end a field or a segment. */
static const char *harmless(struct arena *a, const struct hl7_head *head, const char *text)
{
	char *copy = arena_dup(a, text);

	for (char *p = copy; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == head->separator ||
		    strchr(head->encoding, *p) != NULL)
			*p = ' ';
	return copy;
}

const char *hl7_answer(struct arena *a, const struct hl7_head *head, const char *code,
		       const char *fault, const char *text)
{
	char now[sizeof("20260101000000+0000")];
	char s = head->separator, c = head->encoding[0];
	time_t at = time(NULL);
	struct text t;
	struct tm utc;

	strftime(now, sizeof(now), "%Y%m%d%H%M%S+0000", gmtime_r(&at, &utc));
	text_init(&t, a);
	text_printf(&t, "MSH%c%s%c%s%c%s%c%s%c%s%c%s%c%cACK%c%s%cACK%c", s, head->encoding, s,
		    head->to_application, s, head->to_facility, s, head->from_application, s,
		    head->from_facility, s, now, s, s, c, head->event, c, s);
	text_printf(&t, "%.20s%c%s%c%s\r", encode_random_uuid(a), s, head->processing, s,
		    head->version);
	text_printf(&t, "MSA%c%s%c%s", s, code, s, head->control_id);
	if (text != NULL)
		text_printf(&t, "%c%s", s, harmless(a, head, text));
	text_add(&t, "\r");
	if (fault != NULL)
		text_printf(&t, "ERR%c%c%c%s%cHL70357%cE\r", s, s, s, fault, c, s);
	return t.bytes;
}
