# The benchmark: the issue's bars, measured. SECONDS, ROUNDS and PATIENTS change its size.
.PHONY: bench
bench: ## measure against the bars and fail on a miss (SECONDS=5 ROUNDS=3 PATIENTS=1000000)
	@deploy/sandbox/deps.sh run test bench
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(B)/samhandlingd
	@cd tests/bench/peer && npm install --no-save --loglevel=error >/dev/null
	@TEST_BUILD=$(CURDIR)/$(B) node tests/bench/run.mjs
