# The agencies' side: the client library, the command line tool `samhandling` and the adapters.
CLIENT_LIBS := $(shell pkg-config --libs libcurl jansson libcrypto 2>/dev/null)
CLIENT_ADAPTERS := $(filter-out cli,$(patsubst clients/%/main.c,%,$(wildcard clients/*/main.c)))
CLIENT_PROGRAMS := $(B)/samhandling $(CLIENT_ADAPTERS:%=$(B)/samhandling-%)
CLIENT_OBJ := $(patsubst clients/%.c,$(B)/clients/%.o,$(filter-out %/main.c,$(wildcard clients/lib/*.c \
	clients/cli/*.c $(CLIENT_ADAPTERS:%=clients/%/*.c)))) $(B)/server/base/arena.o
CLIENT_UNIT_BIN := $(patsubst clients/tests/%.c,$(B)/clients/tests/%,$(wildcard clients/tests/test_*.c))

.PHONY: client-unit
all: $(CLIENT_PROGRAMS) $(CLIENT_UNIT_BIN)

# as an archive, so that a program takes the modules that it needs and no others
$(B)/clients.a: $(CLIENT_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/samhandling: $(B)/clients/cli/main.o $(B)/clients.a
	$(CC) $(LDFLAGS) -o $@ $^ $(CLIENT_LIBS) -pthread

$(B)/samhandling-%: $(B)/clients/%/main.o $(B)/clients.a
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

$(B)/clients/tests/%: clients/tests/%.c $(B)/clients.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Iclients $(CFLAGS) -MMD -MP -o $@ $(filter %.c %.a,$^) \
		$(LDFLAGS) $(CLIENT_LIBS) -pthread -lcmocka

client-unit: $(CLIENT_UNIT_BIN) ## run the client's unit tests alone
	@for t in $(CLIENT_UNIT_BIN); do $$t || exit 1; done

-include $(wildcard $(B)/clients/*/*.d)
