#!/usr/bin/env bash
# Installs what is missing from Debian and npm: deps.sh [run|test|lint|fuzz|bench|fresh|image|docs]...
# Does nothing, quickly, when all is there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A packages=(
	[run]="build-essential pkg-config dpkg-dev ca-certificates curl jq openssl procps util-linux
		libpq-dev libjansson-dev libjwt-dev libssl-dev libpcre2-dev libcurl4-openssl-dev zlib1g-dev
		postgresql-15 postgresql-client-15"
	[test]="libcmocka-dev glewlwyd sqlite3 git chromium"
	[lint]="pmccabe shellcheck clang-format clang-tidy cppcheck"
	[fuzz]="clang llvm"
	[bench]="wrk postgresql-contrib"
	[valgrind]="valgrind"
	[fresh]="debootstrap git"
	[image]="debootstrap buildah haproxy"
)
node_major=20

elevated() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo --preserve-env=DEBIAN_FRONTEND "$@"
	else
		die "sudo is needed to install: $*"
	fi
}

# Of the names given, those that dpkg does not know as installed.
missing() {
	local name

	for name; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
	done
}

install_debian() {
	local need

	mapfile -t need < <(missing "$@")
	command -v node >/dev/null && command -v npm >/dev/null || need+=(nodejs npm)
	[ ${#need[@]} -gt 0 ] || return 0
	say "installing from Debian: ${need[*]}"
	export DEBIAN_FRONTEND=noninteractive
	# the sandbox brings its own cluster; Debian's default one would only take memory and a port
	if [[ " ${need[*]} " == *" postgresql-15 "* && ! -e /etc/postgresql-common ]]; then
		elevated mkdir -p /etc/postgresql-common/createcluster.d
		echo 'create_main_cluster = false' |
			elevated tee /etc/postgresql-common/createcluster.d/samhandling.conf >/dev/null
	fi
	# the tests start their own: a single sign-on server with its first password must not run beside them
	if [[ " ${need[*]} " == *" glewlwyd "* ]]; then
		elevated mkdir -p /etc/systemd/system
		elevated ln -sfn /dev/null /etc/systemd/system/glewlwyd.service
	fi
	elevated apt-get -q -y update >&2
	elevated env RUNLEVEL=1 apt-get -q -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io \
		--no-install-recommends install "${need[@]}" >&2
}

# Debian's Node is older than what the tools need: npm's package of that name brings a newer one.
install_node() {
	local major

	major=$(node -p 'process.versions.node.split(".")[0]')
	[ "$major" -lt $node_major ] || return 0
	say "installing a newer Node from npm"
	mkdir -p "$root_dir/.tools"
	(cd "$root_dir/.tools" && echo '{"private":true}' >package.json && npm install --no-save --loglevel=error node@22 >&2)
	ln -sfn node_modules/node "$root_dir/.tools/node"
	PATH="$root_dir/.tools/node/bin:$PATH"
}

# `few` are the dependencies, enough to run; `all` the development dependencies too.
install_npm() {
	local wanted=$1 stamp="$root_dir/node_modules/.installed" sum

	sum=$(cat "$root_dir/package.json" "$root_dir/package-lock.json" | sha256sum)
	case "$(cat "$stamp" 2>/dev/null)" in
	"all $sum" | "$wanted $sum") return 0 ;;
	esac
	say "installing from npm"
	local omit=(--omit=dev)
	# development tools that are there already stay
	[ "$wanted" = few ] && [ ! -d "$root_dir/node_modules" ] || omit=()
	# not `npm ci`: it fails when a registry lacks a package that only other platforms need
	(cd "$root_dir" && npm install --no-save --loglevel=error "${omit[@]}" >&2)
	echo "$wanted $sum" >"$stamp"
}

main() {
	local set names="" wanted=few

	for set in "${@:-run}"; do
		[ -n "${packages[$set]:-}" ] || die "deps.sh: no set of packages is called $set"
		names+=" ${packages[$set]}"
		case $set in run | fresh | image) ;; *) wanted=all ;; esac
	done
	mkdir -p "$root_dir/.tools"
	exec 8>"$root_dir/.tools/lock"
	flock 8
	# shellcheck disable=SC2086 # names are words
	install_debian $names
	install_node
	install_npm $wanted
}

main "$@"
