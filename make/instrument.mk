# Builds with SANITIZE, and valgrind around an ordinary one: what they find lies in $(B)/reports.
REPORTS := $(CURDIR)/$(B)/reports
ifneq ($(SANITIZE),)
INSTRUMENT := $(B)/instrument/reports.o
$(B)/samhandlingd $(B)/http-echo $(UNIT_BIN) $(CLIENT_PROGRAMS) $(CLIENT_UNIT_BIN): LDFLAGS += $(INSTRUMENT)
$(B)/samhandlingd $(B)/http-echo $(UNIT_BIN) $(CLIENT_PROGRAMS) $(CLIENT_UNIT_BIN): | $(INSTRUMENT)

$(INSTRUMENT): tests/instrument/reports.c
	@mkdir -p $(@D) $(REPORTS)
	$(CC) $(CFLAGS) -DREPORTS='"$(REPORTS)"' -c -o $@ $<
endif

VALGRIND := valgrind --quiet --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
	--fair-sched=yes --max-threads=1000 --log-file=$(REPORTS)/valgrind.%p

.PHONY: valgrind
valgrind: ## run the tests with every program of ours under valgrind (SUITES=… chooses some)
	@deploy/sandbox/deps.sh run test valgrind
	@$(MAKE) --no-print-directory -s -j$(JOBS) all sdk
	@TEST_WRAPPER='$(VALGRIND)' tests/run.sh $(B) $(SUITES)
