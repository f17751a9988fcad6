#!/usr/bin/env bash
# Builds the container image without an engine (buildah, on a base made by debootstrap), then starts the
# daemon from the image's own files, its root read-only, against the sandbox's database.
set -euo pipefail
. "$(dirname "$0")/pg.sh"

[ "$(id -u)" = 0 ] || exec sudo --preserve-env=VAR "$0" "$@"
"$root_dir/deploy/sandbox/deps.sh" run image
export BUILDAH_ISOLATION=chroot
base=debian:bookworm-slim
var=$(cd "${VAR:-$root_dir/var}" && pwd -P)
work=$var/image

make_base() {
	local container

	buildah inspect --type image "$base" >/dev/null 2>&1 && return 0
	say "making the base image $base"
	bare_debian "$work/base" ca-certificates
	container=$(buildah from scratch)
	buildah add -q "$container" "$work/base" / >/dev/null
	buildah commit -q --rm "$container" "$base" >/dev/null
}

build() {
	say "building samhandling:local"
	buildah build -q --format docker --network host --ulimit nofile=1000:1000 --ulimit nproc=1000:1000 \
		--pull-never -t samhandling:local "$root_dir" >/dev/null
}

# In a mount name space of its own: the image's root read-only, the secrets in memory, the image's user.
inside() {
	mount --bind "$1" "$1"
	mount -t proc proc "$1/proc"
	mount -t tmpfs -o mode=755 tmpfs "$1/run"
	install -o 10001 -m 400 "$2/service.url" "$2/seal.json" "$2/log-seal.pem" "$1/run"
	mount -o remount,bind,ro "$1"
	exec chroot --userspec=10001:10001 "$1" env -i SAMHANDLING_PORT="$3" SAMHANDLING_SANDBOX=1 \
		SAMHANDLING_DATABASE_URL_FILE=/run/service.url SAMHANDLING_SEAL_KEYS_FILE=/run/seal.json \
		SAMHANDLING_LOG_SEAL_KEY_FILE=/run/log-seal.pem \
		/usr/local/bin/samhandlingd
}

# The image's health check itself, from the outside, and what was built in: the viewer behind /docs.
try() {
	local port tries

	port=$(free_port 18080)
	container=$(buildah from --pull-never samhandling:local)
	unshare --mount --pid --fork bash -ec 'inside "$@"' bash \
		"$(buildah mount "$container")" "$var/keys" "$port" >"$work/samhandlingd.log" 2>&1 &
	daemon=$!
	for ((tries = 0; tries < 100; tries++)); do
		if curl -fsS --max-time 2 -o /dev/null "http://127.0.0.1:$port/health/ready" 2>/dev/null; then
			curl -fsS --max-time 2 -o /dev/null "http://127.0.0.1:$port/docs/swagger-ui-bundle.js"
			return
		fi
		sleep 0.1
	done
	cat "$work/samhandlingd.log" >&2
	return 1
}

clean() {
	# unshare itself ignores SIGTERM while its child runs
	[ -z "${daemon:-}" ] || pkill -TERM -P "$daemon" || true
	wait
	[ -z "${container:-}" ] || buildah rm "$container" >/dev/null
	rm -rf "$work"
}

export -f inside
mkdir -p "$work"
trap clean EXIT
haproxy_config=$(sed "s,/run/secrets/tls,$work/tls.pem,; s/samhandlingd:8080/127.0.0.1:8080/" "$root_dir/deploy/haproxy/haproxy.cfg")
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
	-keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
cat "$work/tls.crt" "$work/tls.key" >"$work/tls.pem"
haproxy -c -q -f /dev/stdin <<<"$haproxy_config"
make_base
build
try || die "the daemon of the image is not ready"
say "image: samhandling:local, $(buildah images --format '{{.Size}}' samhandling:local); its daemon is ready"
