# samhandlingd and its command line tool; CivetWeb and both programs are built in the first stage.
FROM debian:bookworm-slim AS build
RUN apt-get update \
	&& apt-get install -y --no-install-recommends build-essential ca-certificates dpkg-dev pkg-config \
		libcurl4-openssl-dev libjansson-dev libjwt-dev libpcre2-dev libpq-dev libssl-dev zlib1g-dev
WORKDIR /src
COPY . .
# the viewer behind /docs, unless the tree that was copied has it already
RUN [ -e node_modules/swagger-ui-dist ] \
	|| { apt-get install -y --no-install-recommends npm && npm install --no-save --omit=dev; }
RUN CIVETWEB_CACHE=/var/cache/civetweb make -j2 build/samhandlingd build/samhandling \
	&& strip build/samhandlingd build/samhandling

FROM debian:bookworm-slim
RUN apt-get update \
	&& apt-get install -y --no-install-recommends ca-certificates curl libcurl4 libjansson4 libjwt0 \
		libpcre2-8-0 libpq5 libssl3 zlib1g \
	&& rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb \
	&& useradd --uid 10001 --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin samhandling
COPY --from=build /src/build/samhandlingd /src/build/samhandling /usr/local/bin/
ENV SAMHANDLING_ADDRESS=0.0.0.0 SAMHANDLING_PORT=8080
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
	CMD ["curl", "-fsS", "--max-time", "2", "-o", "/dev/null", "http://127.0.0.1:8080/health/ready"]
ENTRYPOINT ["/usr/local/bin/samhandlingd"]
