/* Bundles of requests, and of answers. */
#include "api/fhir_bundle.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "api/fhir.h"
#include "api/inner.h"
#include "api/negotiate.h"
#include "api/ops.h"
#include "auth/random.h"
#include "base/text.h"

static const char urn[] = "urn:uuid:";

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

static void amiss(const struct fhir_bundle *b, size_t i, const char *member, const char *detail)
{
	struct request *r = b->request;

	faults_add(r->faults, arena_printf(r->arena, "entry[%zu].%s", i, member), "value", detail);
}

/* "https://host/fhir/r4/Task/x" and "/Task/x" are "Task/x". */
static const char *relative(struct arena *a, const char *url)
{
	const char *base = fhir_base(a);
	size_t len = strlen(base);

	if (strncmp(url, base, len) == 0 && url[len] == '/')
		return url + len + 1;
	return *url == '/' ? url + 1 : url;
}

/* What an address names, however it is written: ids are hexadecimal, and may be escaped. */
static const char *named(struct arena *a, const char *url)
{
	size_t len = strcspn(url, "?");
	char *out;

	while (len > 0 && url[len - 1] == '/')
		len--;
	out = text_percent_decode(a, url, len, false);
	if (out == NULL)
		return url; /* is refused as an address */
	for (char *c = out; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static const char *method_of(const struct fhir_entry *e)
{
	const char *method = text(e->request, "method");

	return method == NULL ? "" : method;
}

static bool changes(const struct fhir_entry *e)
{
	return strcmp(method_of(e), "PUT") == 0 || strcmp(method_of(e), "PATCH") == 0;
}

static bool makes(const struct fhir_entry *e)
{
	return strcmp(method_of(e), "POST") == 0 && strchr(e->url, '/') == NULL;
}

static void read_entry(struct fhir_bundle *b, size_t i, const json_t *entry)
{
	struct fhir_entry *e = &b->list[i];
	struct arena *a = b->request->arena;
	char id[37];

	*e = (struct fhir_entry){.request = json_object_get(entry, "request"),
				 .full_url = text(entry, "fullUrl"),
				 .url = "",
				 .named = ""};
	if (text(e->request, "url") == NULL) {
		amiss(b, i, "request.url", "is missing");
		return;
	}
	e->url = relative(a, text(e->request, "url"));
	if (strlen(e->url) > 2000)
		amiss(b, i, "request.url", "is too long");
	e->named = named(a, e->url);
	if (!makes(e))
		return;
	random_uuid_v7(id);
	e->id = arena_dup(a, id);
}

/* The same thing twice would depend on the order. */
static void check_twice(const struct fhir_bundle *b, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (b->list[i].full_url != NULL && b->list[k].full_url != NULL &&
		    strcmp(b->list[i].full_url, b->list[k].full_url) == 0 &&
		    strncmp(b->list[i].full_url, urn, sizeof(urn) - 1) == 0)
			amiss(b, i, "fullUrl", "is another entry's too");
		if (changes(&b->list[i]) && changes(&b->list[k]) &&
		    strcmp(b->list[i].named, b->list[k].named) == 0)
			amiss(b, i, "request.url", "is another entry's too");
	}
}

bool fhir_bundle_read(struct fhir_bundle *b, json_t *bundle)
{
	struct faults *faults = b->request->faults;

	b->entries = json_object_get(bundle, "entry");
	b->count = json_array_size(b->entries);
	if (b->count > FHIR_ENTRIES_MAX) {
		faults_add(faults, "entry", "too_costly", "has more than a hundred entries");
		return false;
	}
	for (size_t i = 0; i < b->count; i++)
		read_entry(b, i, json_array_get(b->entries, i));
	for (size_t i = 0; i < b->count; i++)
		check_twice(b, i);
	return faults->count == 0;
}

/* ---- references ---- */

/* The entry that makes what has this address, or -1. */
static long maker_of(const struct fhir_bundle *b, const char *address)
{
	for (size_t i = 0; address != NULL && i < b->count; i++)
		if (b->list[i].id != NULL && b->list[i].full_url != NULL &&
		    strcmp(b->list[i].full_url, address) == 0)
			return (long)i;
	return -1;
}

bool fhir_bundle_makes(const struct fhir_bundle *b, const char *address)
{
	return maker_of(b, address) >= 0;
}

static void link_value(const struct fhir_bundle *b, json_t *value)
{
	long maker = maker_of(b, text(value, "reference"));
	const char *key;
	json_t *one;
	size_t i;

	if (maker >= 0)
		json_object_set_new(value, "reference",
				    json_pack("s++", b->list[maker].url, "/", b->list[maker].id));
	json_object_foreach(value, key, one)
	{
		link_value(b, one);
	}
	json_array_foreach(value, i, one)
	{
		link_value(b, one);
	}
}

void fhir_bundle_link(const struct fhir_bundle *b, size_t place)
{
	link_value(b, json_object_get(json_array_get(b->entries, place), "resource"));
}

/* Whether something in it refers to what the entry makes. */
static bool refers(const json_t *value, const struct fhir_entry *to)
{
	const char *reference = text(value, "reference"), *key;
	json_t *one;
	size_t i;

	if (reference != NULL && to->full_url != NULL && strcmp(reference, to->full_url) == 0)
		return true;
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		if (refers(one, to))
			return true;
	}
	json_array_foreach(value, i, one)
	{
		if (refers(one, to))
			return true;
	}
	return false;
}

/* ---- order ---- */

static bool is_in(const size_t *order, size_t count, size_t place)
{
	for (size_t i = 0; i < count; i++)
		if (order[i] == place)
			return true;
	return false;
}

/* Whether all that it refers to has been made. */
static bool can_be_made(const struct fhir_bundle *b, size_t place, const size_t *order,
			size_t count)
{
	const json_t *resource = json_object_get(json_array_get(b->entries, place), "resource");

	for (size_t k = 0; k < b->count; k++)
		if (k != place && b->list[k].id != NULL && !is_in(order, count, k) &&
		    refers(resource, &b->list[k]))
			return false;
	return true;
}

static size_t order_makers(const struct fhir_bundle *b, size_t *order)
{
	size_t count = 0, before;

	do {
		before = count;
		for (size_t i = 0; i < b->count; i++)
			if (b->list[i].id != NULL && !is_in(order, count, i) &&
			    can_be_made(b, i, order, count))
				order[count++] = i;
	} while (count > before);
	return count;
}

bool fhir_bundle_order(const struct fhir_bundle *b, size_t order[FHIR_ENTRIES_MAX])
{
	size_t count = order_makers(b, order);

	for (size_t i = 0; i < b->count; i++)
		if (b->list[i].id != NULL && !is_in(order, count, i)) {
			amiss(b, i, "resource", "refers to what is made of it");
			return false;
		}
	for (size_t i = 0; i < b->count; i++)
		if (b->list[i].id == NULL && strcmp(method_of(&b->list[i]), "GET") != 0)
			order[count++] = i;
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(method_of(&b->list[i]), "GET") == 0)
			order[count++] = i;
	return true;
}

/* ---- answers ---- */

bool fhir_bundle_shows(const struct fhir_bundle *b, const struct fhir_entry *e)
{
	return strcmp(method_of(e), "GET") == 0 ||
	       negotiate_return(request_header_list(b->request, "Prefer"), "representation");
}

static void set_header(json_t *response, const char *member, const struct request *asked,
		       const char *name)
{
	const char *value = inner_reply_header(asked, name);

	if (value != NULL)
		json_object_set_new(response, member, json_string(value));
}

static json_t *answer_of(const struct fhir_bundle *b, const struct fhir_entry *e)
{
	const struct request *asked = e->asked;
	struct arena *a = b->request->arena;
	json_t *response = json_pack("{s:s}", "status", arena_printf(a, "%d", asked->reply.status));
	json_t *body = asked->reply.body == NULL ? NULL : json_loads(asked->reply.body, 0, NULL);
	json_t *entry = json_pack("{s:o}", "response", response);

	set_header(response, "location", asked, "Location");
	set_header(response, "etag", asked, "ETag");
	if (asked->reply.status >= 400)
		json_object_set(response, "outcome", body);
	else if (body != NULL && fhir_bundle_shows(b, e))
		json_object_set(entry, "resource", body);
	json_decref(body);
	return entry;
}

/* FHIR knows no empty lists. */
static json_t *bundle_of(const struct fhir_bundle *b, const char *type)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->count; i++)
		json_array_append_new(list, answer_of(b, &b->list[i]));
	if (b->count > 0)
		return json_pack("{s:s, s:s, s:s, s:o}", "resourceType", "Bundle", "id",
				 b->request->id, "type", type, "entry", list);
	json_decref(list);
	return json_pack("{s:s, s:s, s:s}", "resourceType", "Bundle", "id", b->request->id, "type",
			 type);
}

void fhir_bundle_answered(const struct fhir_bundle *b, const char *type)
{
	ops_object(b->request, bundle_of(b, type));
	b->request->reply.content_type = fhir_media(b->request);
}
