# The fault tests alone: kill -9, PostgreSQL gone, pool exhausted, stopping. LONG=1 kills for two minutes each.
LONG ?=
export LONG

.PHONY: fault
fault: ## run the fault tests (LONG=1 for long runs)
	@deploy/sandbox/deps.sh run test
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(B)/samhandlingd
	@tests/run.sh $(B) fault
