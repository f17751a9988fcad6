# The TypeScript SDK: types from the contract, compiled for the tests; the Postman collection from the same contract.
SDK := clients/sdk
TSC := node_modules/.bin/tsc

.PHONY: sdk sdk-types postman
sdk: $(SDK)/dist/.built ## compile the TypeScript SDK

$(SDK)/dist/.built: $(wildcard $(SDK)/src/*.ts) $(SDK)/tsconfig.json package-lock.json
	$(TSC) -p $(SDK)
	@touch $@

sdk-types: node_modules/yaml/package.json ## make the SDK's types from the contract
	node $(SDK)/generate.mjs

postman: node_modules/yaml/package.json ## make the Postman collection and environments from the contract
	node clients/postman/generate.mjs
