# libFuzzer targets: each tests/fuzz/fuzz_NAME.c runs on what is in tests/fuzz/seeds/NAME.
.PHONY: fuzz
FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
FUZZ_B := build-fuzz
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=$(FUZZ_B)/%)
FUZZ_ROOMS := $(wildcard server/base/*.c server/contract/*.c server/domain/*.c server/auth/*.c) \
	$(addprefix server/http/,chunk.c grammar.c head.c) \
	$(addprefix server/api/,adt_event.c import_mask.c import_number.c import_reader.c import_row.c import_shape.c)
FUZZ_OBJ := $(FUZZ_ROOMS:server/%.c=$(FUZZ_B)/server/%.o) $(FUZZ_B)/embedded.o
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -D_GNU_SOURCE -Iserver -std=gnu11 -Wno-unknown-warning-option \
	$(PG_CFLAGS) -pthread

$(FUZZ_B)/server/%.o: server/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c -o $@ $<

$(FUZZ_B)/embedded.o: $(EMBEDDED) make/embed.sh
	@mkdir -p $(@D)
	sh make/embed.sh $(EMBEDDED) > $(FUZZ_B)/embedded.c
	$(FUZZ_CC) $(FUZZ_FLAGS) -c -o $@ $(FUZZ_B)/embedded.c

$(FUZZ_B)/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_OBJ)
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -o $@ $< $(FUZZ_OBJ) \
		$(PG_LIBS) -lm -pthread

.SECONDARY: $(FUZZ_OBJ)
fuzz: $(FUZZ_BIN) ## run every fuzzer for FUZZ_SECONDS (60) on what it has found before
	@for f in $(FUZZ_BIN); do \
		n=$$(basename $$f | sed 's/^fuzz_//'); mkdir -p $(FUZZ_B)/found/$$n; \
		echo "fuzz $$n, $(FUZZ_SECONDS) s"; \
		$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
			-artifact_prefix=$(FUZZ_B)/found/ $(FUZZ_B)/found/$$n tests/fuzz/seeds/$$n || exit 1; \
	done

-include $(wildcard $(FUZZ_B)/server/*/*.d)
