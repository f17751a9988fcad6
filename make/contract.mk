# The contract: YAML in api-spec/ → the one document that is embedded and served.
.PHONY: bundle
BUNDLE_SRC := $(wildcard api-spec/*.yaml api-spec/resources/*.yaml api-spec/machines/*.yaml) api-spec/bundle.mjs api-spec/fhir.mjs

bundle: node_modules/yaml/package.json ## make api-spec/openapi.json from the YAML beside it, and of it the SDK's types and the Postman collection
	node api-spec/bundle.mjs
	node clients/sdk/generate.mjs
	node clients/postman/generate.mjs

node_modules/yaml/package.json: package.json package-lock.json
	deploy/sandbox/deps.sh run test
	@touch $@
