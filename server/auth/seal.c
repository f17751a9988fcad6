/* Seals personal numbers and secrets: AES-256-GCM for reading them again, HMAC-SHA-256 for finding
 * them. */
#include "auth/seal.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/base64url.h"
#include "domain/national_id.h"

enum {
	KEY_BYTES = 32,
	KEYS_MAX = 8,
	ID_MAX = 16,
	NONCE_BYTES = 12,
	TAG_BYTES = 16,
	NUMBER_MAX = 64,
	SEAL_MAX = 8192, /* a text of SEAL_TEXT_MAX bytes under KEYS_MAX look-up keys */
	MASK_SHOWN = 6,
	SCRATCH_BYTES = 1024 * 1024
};

struct seal_key {
	char id[ID_MAX + 1];
	unsigned char bytes[KEY_BYTES];
};

struct key_ring {
	size_t count;
	struct seal_key keys[KEYS_MAX];
};

struct seal_keys {
	EVP_CIPHER *cipher;
	EVP_MAC *mac;
	struct key_ring encryption, lookup;
};

static bool is_id(const char *s)
{
	size_t len = s == NULL ? 0 : strlen(s);

	return len >= 1 && len <= ID_MAX &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789") == len;
}

static const struct seal_key *find_key(const struct key_ring *ring, const char *id, size_t len)
{
	for (size_t i = 0; i < ring->count; i++)
		if (strlen(ring->keys[i].id) == len && memcmp(ring->keys[i].id, id, len) == 0)
			return &ring->keys[i];
	return NULL;
}

/* `scratch` holds the decoded key until the caller has wiped it. */
static bool read_key(struct arena *scratch, const json_t *json, struct key_ring *ring)
{
	const char *id = json_string_value(json_object_get(json, "id"));
	const json_t *text = json_object_get(json, "key");
	size_t size = 0;

	if (!is_id(id) || !json_is_string(text) || find_key(ring, id, strlen(id)) != NULL)
		return false;

	unsigned char *bytes =
		base64url_decode(scratch, json_string_value(text), json_string_length(text), &size);
	bool fine = bytes != NULL && size == KEY_BYTES;

	if (fine) {
		struct seal_key *key = &ring->keys[ring->count++];

		snprintf(key->id, sizeof(key->id), "%s", id);
		memcpy(key->bytes, bytes, KEY_BYTES);
	}
	if (bytes != NULL)
		OPENSSL_cleanse(bytes, size);
	return fine;
}

static bool read_ring(struct arena *scratch, const json_t *list, struct key_ring *ring)
{
	const json_t *key;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > KEYS_MAX)
		return false;
	json_array_foreach(list, i, key) if (!read_key(scratch, key, ring)) return false;
	return true;
}

/* Fetched once, since fetching takes a lock that all threads share. */
static bool fetch(struct seal_keys *k)
{
	if (k == NULL)
		return false;
	k->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	k->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	return k->cipher != NULL && k->mac != NULL;
}

struct seal_keys *seal_keys_load(const char *json, char why[256])
{
	json_t *root = json == NULL ? NULL : json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	struct seal_keys *k = calloc(1, sizeof(*k));
	struct arena *scratch = arena_new(SCRATCH_BYTES);

	why[0] = '\0';
	if (root == NULL)
		snprintf(why, 256, "the seal keys are not a JSON object");
	else if (!fetch(k))
		snprintf(why, 256, "AES-256-GCM or HMAC is not available");
	else if (!read_ring(scratch, json_object_get(root, "encryption"), &k->encryption))
		snprintf(why, 256, "'encryption' is not a list of seal keys");
	else if (!read_ring(scratch, json_object_get(root, "lookup"), &k->lookup))
		snprintf(why, 256, "'lookup' is not a list of seal keys");
	arena_free(scratch);
	json_decref(root);
	if (why[0] == '\0')
		return k;
	seal_keys_free(k);
	return NULL;
}

void seal_keys_free(struct seal_keys *k)
{
	if (k == NULL)
		return;
	EVP_CIPHER_free(k->cipher);
	EVP_MAC_free(k->mac);
	OPENSSL_cleanse(k, sizeof(*k));
	free(k);
}

_Noreturn static void give_up(const char *why)
{
	fprintf(stderr, "{\"level\":\"fatal\",\"event\":\"seal\",\"reason\":\"%s\"}\n", why);
	abort();
}

/* The label keeps the uses of a look-up key apart. */
static void make_mac(const struct seal_keys *k, const struct seal_key *key, const char *label,
		     const char *text, unsigned char out[RANDOM_SHA256_BYTES])
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end()};
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(k->mac);
	size_t size = 0;

	if (context == NULL || EVP_MAC_init(context, key->bytes, KEY_BYTES, params) != 1 ||
	    EVP_MAC_update(context, (const unsigned char *)label, strlen(label)) != 1 ||
	    EVP_MAC_update(context, (const unsigned char *)text, strlen(text)) != 1 ||
	    EVP_MAC_final(context, out, &size, RANDOM_SHA256_BYTES) != 1)
		give_up("HMAC failed");
	EVP_MAC_CTX_free(context);
}

void seal_mac_hex(const struct seal_keys *k, const char *text, char out[65])
{
	unsigned char bytes[RANDOM_SHA256_BYTES];

	make_mac(k, &k->lookup.keys[0], "text\n", text, bytes);
	random_hex(bytes, sizeof(bytes), out);
}

void seal_receipt(const struct seal_keys *k, const char *text, char out[RANDOM_RECEIPT_SIZE])
{
	unsigned char bytes[RANDOM_SHA256_BYTES];

	make_mac(k, &k->lookup.keys[0], "receipt\n", text, bytes);
	random_receipt_of(bytes, out);
}

/* "<hk>=<hex>,…" of a normalised number. */
static const char *hashes(const struct seal_keys *k, struct arena *a, const char *number)
{
	const char *list = "";

	for (size_t i = 0; i < k->lookup.count; i++) {
		unsigned char bytes[RANDOM_SHA256_BYTES];
		char hex[RANDOM_SHA256_HEX_SIZE];

		make_mac(k, &k->lookup.keys[i], "number\n", number, bytes);
		random_hex(bytes, sizeof(bytes), hex);
		list = arena_printf(a, "%s%s%s=%s", list, i > 0 ? "," : "", k->lookup.keys[i].id,
				    hex);
	}
	return list;
}

/* "seal:<key>:<hashes>:", which is also what the encryption vouches for. */
static char *make_prefix(const struct seal_keys *k, struct arena *a, const char *number)
{
	return arena_printf(a, "seal:%s:%s:", k->encryption.keys[0].id, hashes(k, a, number));
}

/* Writes nonce, ciphertext and tag of `len` bytes of text. */
static void encrypt(const struct seal_keys *k, const char *prefix, const char *text, int len,
		    unsigned char *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	unsigned char *body = out + NONCE_BYTES;
	int n = 0;

	random_bytes(out, NONCE_BYTES);
	if (context == NULL ||
	    EVP_EncryptInit_ex2(context, k->cipher, k->encryption.keys[0].bytes, out, NULL) != 1 ||
	    EVP_EncryptUpdate(context, NULL, &n, (const unsigned char *)prefix,
			      (int)strlen(prefix)) != 1 ||
	    EVP_EncryptUpdate(context, body, &n, (const unsigned char *)text, len) != 1 ||
	    EVP_EncryptFinal_ex(context, body + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, body + len) != 1)
		give_up("encryption failed");
	EVP_CIPHER_CTX_free(context);
}

/* The number as it is hashed and sealed, in `normal` when it had to be normalised; NULL: no number.
 */
static const char *stored_form(const char *number, char normal[NATIONAL_ID_SIZE])
{
	size_t len = strlen(number);

	if (national_id_normalise(number, len, normal))
		return normal;
	return len == 0 || len > NUMBER_MAX ? NULL : number;
}

const char *seal_lookup(const struct seal_keys *k, struct arena *a, const char *number)
{
	char normal[NATIONAL_ID_SIZE];
	const char *stored = stored_form(number, normal);

	return stored == NULL ? NULL : hashes(k, a, stored);
}

static const char *make(const struct seal_keys *k, struct arena *a, const char *text)
{
	size_t len = strlen(text);
	unsigned char *bytes = arena_alloc(a, NONCE_BYTES + len + TAG_BYTES);
	char *prefix = make_prefix(k, a, text);

	encrypt(k, prefix, text, (int)len, bytes);
	return arena_printf(a, "%s%s", prefix,
			    base64url_encode(a, bytes, NONCE_BYTES + len + TAG_BYTES));
}

const char *seal_make(const struct seal_keys *k, struct arena *a, const char *number)
{
	char normal[NATIONAL_ID_SIZE];

	number = stored_form(number, normal);
	return number == NULL ? NULL : make(k, a, number);
}

const char *seal_secret(const struct seal_keys *k, struct arena *a, const char *text)
{
	size_t len = strlen(text);

	return len == 0 || len > SEAL_TEXT_MAX ? NULL : make(k, a, text);
}

/* The parts of a seal's text: "seal:<key>:<hashes>:<bytes>". */
struct parts {
	const struct seal_key *key;
	const char *text;
	size_t prefix_len;
	const unsigned char *bytes;
	size_t size;
};

static bool take_apart(const struct seal_keys *k, struct arena *a, struct parts *p, size_t len)
{
	static const char mark[] = "seal:";
	const size_t mark_len = sizeof(mark) - 1;

	if (len <= mark_len || len > SEAL_MAX || memcmp(p->text, mark, mark_len) != 0)
		return false;

	const char *id = p->text + mark_len;
	const char *first = memchr(id, ':', len - mark_len);
	const char *last = memrchr(p->text, ':', len);

	if (first == NULL || first == last)
		return false;
	p->key = find_key(&k->encryption, id, (size_t)(first - id));
	p->prefix_len = (size_t)(last + 1 - p->text);
	p->bytes = base64url_decode(a, last + 1, len - p->prefix_len, &p->size);
	return p->key != NULL && p->bytes != NULL && p->size > NONCE_BYTES + TAG_BYTES &&
	       p->size <= NONCE_BYTES + SEAL_TEXT_MAX + TAG_BYTES;
}

static bool decrypt(const struct seal_keys *k, const struct parts *p, unsigned char *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const unsigned char *body = p->bytes + NONCE_BYTES;
	int len = (int)p->size - NONCE_BYTES - TAG_BYTES, n = 0;
	unsigned char tag[TAG_BYTES];

	memcpy(tag, body + len, TAG_BYTES);

	bool fine = context != NULL &&
		    EVP_DecryptInit_ex2(context, k->cipher, p->key->bytes, p->bytes, NULL) == 1 &&
		    EVP_DecryptUpdate(context, NULL, &n, (const unsigned char *)p->text,
				      (int)p->prefix_len) == 1 &&
		    EVP_DecryptUpdate(context, out, &n, body, len) == 1 &&
		    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
		    EVP_DecryptFinal_ex(context, out + len, &n) == 1;

	EVP_CIPHER_CTX_free(context);
	ERR_clear_error();
	return fine;
}

const char *seal_open(const struct seal_keys *k, struct arena *a, const char *seal, size_t len)
{
	struct parts p = {.text = seal};

	if (!take_apart(k, a, &p, len))
		return NULL;

	/* zeroed, and longer than the text: its end stands */
	unsigned char *text = arena_alloc(a, p.size);

	return decrypt(k, &p, text) ? (const char *)text : NULL;
}

const char *seal_mask(struct arena *a, const char *number)
{
	size_t len = strlen(number);
	char *masked = arena_copy(a, number, len);

	for (size_t i = len > MASK_SHOWN ? MASK_SHOWN : 0; i < len; i++)
		masked[i] = '*';
	return masked;
}
