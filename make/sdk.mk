# The TypeScript SDK: compiled for the tests (`make bundle` makes its types).
SDK := clients/sdk
TSC := node_modules/.bin/tsc

.PHONY: sdk
sdk: $(SDK)/dist/.built ## compile the TypeScript SDK

$(SDK)/dist/.built: $(wildcard $(SDK)/src/*.ts) $(SDK)/tsconfig.json package-lock.json
	$(TSC) -p $(SDK)
	@touch $@
