# the http room alone, with an echo behind it, for tests/protocol
HTTP_ECHO_OBJ := $(patsubst server/%.c,$(B)/server/%.o,$(wildcard server/http/*.c) \
	server/api/request.c server/api/stream.c server/api/negotiate.c $(addprefix server/base/,address.c arena.c clock.c config.c event.c text.c) \
	$(addprefix server/auth/,certificate.c random.c thumbprint.c))

$(B)/http-echo: tests/http/echo.c $(HTTP_ECHO_OBJ) $(CIVETWEB_LIB)
	$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $< $(HTTP_ECHO_OBJ) $(CIVETWEB_LIB) $(LDFLAGS) $(LDLIBS)

all: $(B)/http-echo

.PHONY: test-protocol
test-protocol: $(B)/http-echo ## run the raw HTTP tests against the http room alone
	TEST_BUILD=$(B) node --test tests/protocol/
