# The sandbox: everything a bare Debian 12 needs, and a running service with synthetic data.
export PATH := $(CURDIR)/.tools/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)
JOBS ?= $(shell nproc)

.PHONY: deps deps-lint deps-fuzz deps-bench run stop reset status fresh image
deps: ## install what building, running and testing need
	@deploy/sandbox/deps.sh run test
deps-lint: ## install what make lint needs
	@deploy/sandbox/deps.sh run test lint
deps-fuzz: ## install what make fuzz needs
	@deploy/sandbox/deps.sh run test fuzz
deps-bench: ## install what make bench needs
	@deploy/sandbox/deps.sh run test bench

# a second make, since only the first step installs what the variables above are taken from
run: ## build and start the sandbox with its own PostgreSQL and data (PORT=… VAR=…)
	@deploy/sandbox/deps.sh run
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(B)/samhandlingd $(B)/samhandling
	@deploy/sandbox/up.sh
stop: ## stop the sandbox, keep its data
	@deploy/sandbox/down.sh
reset: ## stop the sandbox and remove its data
	@deploy/sandbox/down.sh reset
status: ## say what runs of the sandbox
	@deploy/sandbox/status.sh
fresh: ## prove make run and make test on a bare Debian 12 in a chroot
	@deploy/sandbox/fresh.sh
image: run ## build the container image and try it against the sandbox database
	@deploy/sandbox/image.sh
