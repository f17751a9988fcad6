/* Follows the chain of seals, and compares each row that is shown with what was sealed. */
#include "lib/audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "lib/encode.h"
#include "lib/member.h"

enum { PUBLIC_BYTES = 32, SIGNATURE_BYTES = 64, FORM = 1 };

/* A seal while it is verified. */
struct seal {
	const json_t *json;
	uint64_t number;
	const char *shown_to; /* agency whose rows are whole, NULL when all are */
};

__attribute__((format(printf, 2, 3))) static bool fail(struct audit *audit, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(audit->fault, sizeof(audit->fault), format, args);
	va_end(args);
	return false;
}

const char *audit_hex(struct arena *a, const unsigned char *bytes, size_t size)
{
	char *out = arena_alloc(a, 2 * size + 1);

	for (size_t i = 0; i < size; i++)
		sprintf(out + 2 * i, "%02x", bytes[i]);
	return out;
}

static const char *hash_hex(struct arena *a, const char *text)
{
	unsigned char hash[AUDIT_HASH];

	if (EVP_Digest(text, strlen(text), hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	return audit_hex(a, hash, sizeof(hash));
}

/* ---- keys ---- */

static void free_key(void *key)
{
	EVP_PKEY_free(key);
}

static bool add_key(struct audit *audit, struct arena *a, EVP_PKEY *key, const char **why)
{
	unsigned char bytes[PUBLIC_BYTES], hash[AUDIT_HASH];
	size_t size = sizeof(bytes);

	arena_adopt(a, free_key, key);
	*why = "a key is not Ed25519";
	if (!EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_get_raw_public_key(key, bytes, &size) != 1)
		return false;
	*why = "too many keys";
	if (audit->key_count == AUDIT_KEYS_MAX)
		return false;

	struct audit_key *out = &audit->keys[audit->key_count++];

	EVP_Digest(bytes, size, hash, NULL, EVP_sha256(), NULL);
	out->key = key;
	snprintf(out->id, sizeof(out->id), "%s", audit_hex(a, hash, (sizeof(out->id) - 1) / 2));
	return true;
}

bool audit_begin(struct audit *audit, struct arena *a, const char *pem, const char **why)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)strlen(pem));
	EVP_PKEY *key;
	bool fine = true;

	while (fine && (key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL)) != NULL)
		fine = add_key(audit, a, key, why);
	BIO_free(bio);
	ERR_clear_error();
	if (fine && audit->key_count == 0)
		*why = "there is no public key in PEM";
	return fine && audit->key_count > 0;
}

/* ---- the head of a seal ---- */

static bool is_place(struct audit *audit, const struct seal *s)
{
	uint64_t next = audit->last + 1;

	if (audit->last == 0 || s->number == next)
		return true;
	if (s->number > next)
		return fail(audit,
			    "seal %" PRIu64 " is missing: %" PRIu64 " stands where it should", next,
			    s->number);
	return fail(audit, "seal %" PRIu64 " stands out of order, after %" PRIu64, s->number,
		    audit->last);
}

static bool follows(struct audit *audit, struct arena *a, const struct seal *s)
{
	static const unsigned char noughts[AUDIT_HASH];
	const char *previous = member_text(s->json, "previous");

	if (s->number > 1 && audit->last == 0)
		return true;
	return strcmp(previous, audit_hex(a, s->number == 1 ? noughts : audit->head, AUDIT_HASH)) ==
		       0 ||
	       fail(audit, "seal %" PRIu64 " does not follow the one before it", s->number);
}

static const char *statement(struct arena *a, const struct seal *s)
{
	return arena_printf(a,
			    "samhandling log seal\nform: %d\nnumber: %" PRIu64
			    "\nsealed: %s\nrows: %lld\nprevious: %s\nhead: %s\n",
			    FORM, s->number, member_text(s->json, "sealed_at"),
			    (long long)json_integer_value(json_object_get(s->json, "rows")),
			    member_text(s->json, "previous"), member_text(s->json, "head"));
}

static bool holds(EVP_PKEY *key, const unsigned char *signature, const char *text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool yes = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
		   EVP_DigestVerify(context, signature, SIGNATURE_BYTES,
				    (const unsigned char *)text, strlen(text)) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return yes;
}

static bool is_signed(struct audit *audit, struct arena *a, const struct seal *s)
{
	const char *id = member_text(s->json, "key_id"), *text = member_text(s->json, "signature");
	size_t size = 0;
	const unsigned char *signature = text == NULL ? NULL : decode_base64url(a, text, &size);

	if (id == NULL || text == NULL)
		return fail(audit, "seal %" PRIu64 " is not signed", s->number);
	for (size_t i = 0; i < audit->key_count; i++) {
		if (strcmp(audit->keys[i].id, id) != 0)
			continue;
		return (signature != NULL && size == SIGNATURE_BYTES &&
			holds(audit->keys[i].key, signature, statement(a, s))) ||
		       fail(audit, "seal %" PRIu64 " was replaced: its signature is not valid",
			    s->number);
	}
	return fail(audit, "seal %" PRIu64 " is signed with a key that is not given: %.16s",
		    s->number, id);
}

/* ---- its rows ---- */

static bool row_fails(struct audit *audit, const struct seal *s, const char *id, const char *what)
{
	return fail(audit, "row %.20s %s (seal %" PRIu64 ")", id, what, s->number);
}

/* The persons whom a row shows together are named by the hash of their ids. */
static bool persons_are_whole(struct arena *a, const json_t *entry, const char *row)
{
	const json_t *parsed = member_keep(a, json_loads(row, JSON_REJECT_DUPLICATES, NULL));
	const char *set = member_text(parsed, "shown_set"), *shown = member_text(entry, "shown");

	return set == NULL || (shown != NULL && strcmp(hash_hex(a, shown), set) == 0);
}

/* The row as it is now against the hash of what was sealed. */
static bool row_is_whole(struct audit *audit, struct arena *a, const struct seal *s,
			 const json_t *entry)
{
	const char *id = member_text(entry, "id"), *agency = member_text(entry, "agency_id");
	const char *hash = member_text(entry, "hash"), *row = member_text(entry, "row");

	if (hash == NULL)
		return row_fails(audit, s, id, "was put into the log after it was sealed");
	if (row == NULL)
		return (s->shown_to != NULL &&
			(agency == NULL || strcmp(agency, s->shown_to) != 0)) ||
		       row_fails(audit, s, id, "is missing from the log");
	if (strcmp(hash_hex(a, row), hash) != 0)
		return row_fails(audit, s, id, "was changed after it was sealed");
	if (!persons_are_whole(a, entry, row))
		return row_fails(audit, s, id, "shows other persons than when it was sealed");
	audit->whole++;
	return true;
}

/* Rows stand in the order of their transactions. */
static bool is_in_order(struct audit *audit, const struct seal *s, const json_t *entry)
{
	const char *id = member_text(entry, "id"), *txid = member_text(entry, "txid");

	if (id == NULL || txid == NULL)
		return fail(audit, "seal %" PRIu64 ": an entry has no number", s->number);

	uint64_t t = strtoull(txid, NULL, 10), i = strtoull(id, NULL, 10);
	bool after = t > audit->txid || (t == audit->txid && i > audit->id);

	audit->txid = t;
	audit->id = i;
	return after || row_fails(audit, s, id, "stands out of order");
}

/* head = SHA-256(head || entry) */
static void step(struct audit *audit, struct arena *a, const json_t *entry)
{
	const char *agency = member_text(entry, "agency_id");
	const char *text = arena_printf(a, "%s %s %s %s\n", member_text(entry, "txid"),
					member_text(entry, "id"), agency == NULL ? "-" : agency,
					member_text(entry, "hash"));
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(context, audit->head, AUDIT_HASH) != 1 ||
	    EVP_DigestUpdate(context, text, strlen(text)) != 1 ||
	    EVP_DigestFinal_ex(context, audit->head, NULL) != 1)
		abort();
	EVP_MD_CTX_free(context);
	audit->rows++;
}

static bool rows_are_whole(struct audit *audit, struct arena *a, const struct seal *s)
{
	const json_t *entries = json_object_get(s->json, "entries"), *one;
	size_t i;

	json_array_foreach(entries, i, one)
	{
		if (!is_in_order(audit, s, one) || !row_is_whole(audit, a, s, one))
			return false;
		step(audit, a, one);
	}
	if (json_integer_value(json_object_get(s->json, "rows")) ==
		    (json_int_t)json_array_size(entries) &&
	    strcmp(audit_hex(a, audit->head, AUDIT_HASH), member_text(s->json, "head")) == 0)
		return true;
	return fail(audit, "seal %" PRIu64 ": its list of rows is not the one that was sealed",
		    s->number);
}

/* ---- the whole ---- */

/* Sets the chain to where the first seal begins, for who starts in its middle. */
static bool set_start(struct audit *audit, const char *previous)
{
	if (audit->last != 0)
		return true;
	if (strlen(previous) != (size_t)2 * AUDIT_HASH ||
	    strspn(previous, "0123456789abcdef") != (size_t)2 * AUDIT_HASH)
		return fail(audit, "the first seal names no head before it");
	for (size_t i = 0; i < AUDIT_HASH; i++) {
		const char digits[] = {previous[2 * i], previous[2 * i + 1], '\0'};

		audit->head[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return true;
}

static bool is_seal(struct audit *audit, struct seal *s)
{
	static const char *const texts[] = {"previous", "head", "sealed_at"};
	json_int_t number = json_integer_value(json_object_get(s->json, "number"));

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (member_text(s->json, texts[i]) == NULL)
			return fail(audit, "after seal %" PRIu64 " stands what is no seal",
				    audit->last);
	if (number < 1 || !json_is_array(json_object_get(s->json, "entries")))
		return fail(audit, "after seal %" PRIu64 " stands what is no seal", audit->last);
	s->number = (uint64_t)number;
	s->shown_to = member_text(s->json, "shown_to");
	return json_integer_value(json_object_get(s->json, "form")) == FORM ||
	       fail(audit, "seal %" PRIu64 " has a form that this program does not know",
		    s->number);
}

static void note(struct audit *audit, struct arena *a, const struct seal *s)
{
	if (audit->wanted != NULL &&
	    strcmp(audit_hex(a, audit->head, AUDIT_HASH), audit->wanted) == 0)
		audit->met = true;
	if (audit->first == 0)
		audit->first = s->number;
	audit->last = s->number;
}

bool audit_seal(struct audit *audit, struct arena *a, const json_t *json)
{
	struct seal s = {.json = json};

	if (!is_seal(audit, &s) || !is_place(audit, &s) || !follows(audit, a, &s) ||
	    !is_signed(audit, a, &s) || !set_start(audit, member_text(json, "previous")) ||
	    !rows_are_whole(audit, a, &s))
		return false;
	note(audit, a, &s);
	return true;
}

bool audit_end(struct audit *audit)
{
	if (audit->first == 0)
		return fail(audit, "there is no seal");
	if (audit->wanted != NULL && !audit->met)
		return fail(audit, "the head %.64s is not in this chain", audit->wanted);
	return true;
}
