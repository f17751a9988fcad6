#!/bin/sh
# Makes the secrets that docker-compose.yml hands out as files, once: passwords, connection strings and a
# self-signed certificate for localhost. The directory is closed to others; the files in it are readable
# because a container reads them under a user number of its own.
set -eu
dir=$(dirname "$0")/secrets
mkdir -p "$dir"
chmod 700 "$dir"

make_once() {
	[ -s "$dir/$1" ] || cat >"$dir/$1"
	chmod 644 "$dir/$1"
}

for role in postgres owner service maintenance; do
	openssl rand -hex 24 | make_once $role.password
done
for role in owner service; do
	echo "postgresql://samhandling_$role:$(cat "$dir/$role.password")@db:5432/samhandling?sslmode=disable" |
		make_once $role.url
done
if [ ! -s "$dir/tls.pem" ]; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/tls.key" -out "$dir/tls.crt" 2>/dev/null
	cat "$dir/tls.crt" "$dir/tls.key" | make_once tls.pem
	rm -f "$dir/tls.key" "$dir/tls.crt"
fi
