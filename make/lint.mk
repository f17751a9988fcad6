# Checks of form: tests/lint/run.mjs, one small file each in tests/lint/checks.
.PHONY: lint
lint: $(CIVETWEB_LIB) $(B)/clients/contract_scopes.h ## check the form of everything (ONLY=name,… for some checks)
	@[ ! -x deploy/sandbox/deps.sh ] || deploy/sandbox/deps.sh run test lint
	@ONLY='$(ONLY)' node tests/lint/run.mjs
