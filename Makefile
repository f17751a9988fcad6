# Samhandling: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := all
B ?= build
SANITIZE ?=
comma := ,
CC ?= gcc
PG_CFLAGS := $(shell pkg-config --cflags libpq jansson libjwt openssl libpcre2-8 libcurl zlib 2>/dev/null)
PG_LIBS := $(shell pkg-config --libs libpq jansson libjwt openssl libpcre2-8 libcurl zlib 2>/dev/null)
WARN := -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla -Wframe-larger-than=8192
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fstack-clash-protection
OPT ?= -O2 -g
ifneq ($(SANITIZE),)
B := build-$(subst $(comma),-,$(SANITIZE))
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -Wno-format-truncation -Wno-format-overflow \
	$(if $(findstring undefined,$(SANITIZE)),-fno-sanitize-recover=undefined)
HARDEN := -fPIE
endif
CPPFLAGS += -D_GNU_SOURCE -Iserver -I$(B)/civetweb/include
CFLAGS += -std=gnu11 $(OPT) $(WARN) $(HARDEN) $(PG_CFLAGS) -pthread
LDFLAGS += -pie -Wl,-z,relro,-z,now $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LDLIBS += $(PG_LIBS) -lm -ldl -pthread

SERVER_SRC := $(filter-out server/main.c,$(wildcard server/*/*.c))
SERVER_OBJ := $(SERVER_SRC:server/%.c=$(B)/server/%.o) $(B)/embedded.o
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/unit/%)
EMBEDDED := api-spec/openapi.json $(wildcard sql/queries/*.sql)

include $(wildcard make/*.mk)

.PHONY: all unit clean help
all: $(B)/samhandlingd $(UNIT_BIN) ## build the daemon and the unit tests

$(B)/samhandlingd: $(B)/server/main.o $(SERVER_OBJ) $(CIVETWEB_LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/server/%.o: server/%.c | $(CIVETWEB_LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# the contract and the statements, byte for byte, with a table of names
$(B)/embedded.c: $(EMBEDDED) make/embed.sh
	@mkdir -p $(@D)
	sh make/embed.sh $(EMBEDDED) > $@
$(B)/embedded.o: $(B)/embedded.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# as an archive, so that a test takes the modules that it needs and no others
$(B)/libserver.a: $(SERVER_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/unit/%: tests/unit/%.c $(B)/libserver.a $(CIVETWEB_LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) -MMD -MP -o $@ $< $(B)/libserver.a $(CIVETWEB_LIB) $(LDFLAGS) $(LDLIBS) -lcmocka

unit: $(UNIT_BIN) ## run the unit tests alone
	@for t in $(UNIT_BIN); do $$t || exit 1; done

clean: ## remove everything that was built
	rm -rf build build-*

help: ## list every target in one line each
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14 | sort

-include $(wildcard $(B)/server/*.d $(B)/server/*/*.d $(B)/unit/*.d)
