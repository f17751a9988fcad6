# The agencies' side: the client library and the command line tool `samhandling`.
CLIENT_LIBS := $(shell pkg-config --libs libcurl jansson libcrypto 2>/dev/null)
CLIENT_LIB_OBJ := $(patsubst clients/%.c,$(B)/clients/%.o,$(wildcard clients/lib/*.c)) \
	$(B)/server/base/arena.o
CLIENT_CLI_OBJ := $(patsubst clients/%.c,$(B)/clients/%.o,$(wildcard clients/cli/*.c))
CLIENT_UNIT_BIN := $(patsubst clients/tests/%.c,$(B)/clients/tests/%,$(wildcard clients/tests/test_*.c))

.PHONY: client-unit
all: $(B)/samhandling $(CLIENT_UNIT_BIN)

$(B)/samhandling: $(CLIENT_CLI_OBJ) $(CLIENT_LIB_OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ $(CLIENT_LIBS) -pthread

# the scopes that a token may ask for, so that a new resource is known without a change here
$(B)/clients/contract_scopes.h: api-spec/openapi.json
	@mkdir -p $(@D)
	awk -F'"' '/"x-scopes": \{/ { on = 1; next } on && /^ *\}/ { exit } on && $$2 != "admin" { s = s sep $$2; sep = " " } \
		END { printf "#define CONTRACT_SCOPES \"%s\"\n", s }' $< > $@
$(B)/clients/lib/issuer.o: $(B)/clients/contract_scopes.h

$(B)/clients/%.o: clients/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Iclients -I$(B)/clients $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/clients/tests/%: clients/tests/%.c $(CLIENT_LIB_OBJ) $(filter-out %/main.o,$(CLIENT_CLI_OBJ))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Iclients $(CFLAGS) -MMD -MP -o $@ $(filter %.c %.o,$^) \
		$(LDFLAGS) $(CLIENT_LIBS) -pthread -lcmocka

client-unit: $(CLIENT_UNIT_BIN) ## run the client's unit tests alone
	@for t in $(CLIENT_UNIT_BIN); do $$t || exit 1; done

-include $(wildcard $(B)/clients/*/*.d)
