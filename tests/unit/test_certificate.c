/* Thumbprints of certificates: from a connection, and from a proxy's header. */
#include "arena_fixture.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "auth/certificate.h"
#include "token_maker.h"

static X509 *make_certificate(void)
{
	EVP_PKEY *key = maker_ec("P-256");
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);

	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	X509_set_pubkey(x509, key);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"x", -1, -1, 0);
	X509_set_issuer_name(x509, name);
	maker_expect(X509_sign(x509, key, EVP_sha256()) > 0);
	EVP_PKEY_free(key);
	return x509;
}

static void both_ways_agree(void **state)
{
	X509 *x509 = make_certificate();
	unsigned char *der = NULL;
	int size = i2d_X509(x509, &der);
	char *text = arena_alloc(arena, (size_t)size * 2);
	char peer[THUMBPRINT_SIZE], bytes[THUMBPRINT_SIZE];

	(void)state;
	EVP_EncodeBlock((unsigned char *)text, der, size);
	thumbprint_bytes(der, (size_t)size, bytes);
	assert_true(certificate_of_peer(x509, peer));
	assert_string_equal(peer, bytes);
	assert_string_equal(certificate_of_header(arena, arena_printf(arena, ":%s:", text)), bytes);
	OPENSSL_free(der);
	X509_free(x509);
}

static void padding_and_nonsense(void **state)
{
	static const char *const bad[] = {"",	   ":",	    "::",     "AAAA",	":AAAA",
					  "AAAA:", ":AAA:", ":====:", ":A*AA:", ":AAAA:AAAA:"};
	char one[THUMBPRINT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (certificate_of_header(arena, bad[i]) != NULL)
			fail_msg("'%s' is accepted", bad[i]);
	thumbprint_bytes("a", 1, one);
	assert_string_equal(certificate_of_header(arena, ":YQ==:"), one);
	thumbprint_bytes("ab", 2, one);
	assert_string_equal(certificate_of_header(arena, ":YWI=:"), one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_agree),
		cmocka_unit_test(padding_and_nonsense),
	};

	return cmocka_run_group_tests_name("certificate", tests, arena_begin, arena_end);
}
