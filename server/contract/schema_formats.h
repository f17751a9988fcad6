#ifndef CONTRACT_SCHEMA_FORMATS_H
#define CONTRACT_SCHEMA_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

/* The standard formats as pure functions of a string's bytes (JSON Schema 2020-12 §7.3). */
bool format_date(const char *s, size_t len);	  /* RFC 3339 full-date */
bool format_time(const char *s, size_t len);	  /* RFC 3339 full-time, leap seconds in UTC only */
bool format_date_time(const char *s, size_t len); /* RFC 3339 date-time */
bool format_duration(const char *s, size_t len);  /* RFC 3339 appendix A */
bool format_uuid(const char *s, size_t len);
bool format_ipv4(const char *s, size_t len);
bool format_ipv6(const char *s, size_t len);
bool format_hostname(const char *s, size_t len); /* RFC 1123, A-labels by RFC 5892 */
bool format_email(const char *s, size_t len);	 /* RFC 5321 mailbox */
bool format_idn_email(const char *s, size_t len);
bool format_uri(const char *s, size_t len); /* RFC 3986 */
bool format_uri_reference(const char *s, size_t len);

/* True when "xn--…" (without that prefix) decodes to a label that RFC 5892 allows. */
bool idna_label_is_valid(const char *s, size_t len);

#endif
