# The tests: everything is built, an own PostgreSQL is started, all suites run (SUITES=… chooses some).
SUITES ?=

.PHONY: test
test: ## run all tests; SANITIZE=address,undefined or thread runs them instrumented
	@deploy/sandbox/deps.sh run test
	@$(MAKE) --no-print-directory -s -j$(JOBS) all sdk
	@tests/run.sh $(B) $(SUITES)
