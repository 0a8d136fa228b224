# The register with its schema, its data and its OpenAPI document; the database is separate. Podman keeps the health check
# only with `podman build --format docker`.
ARG BUILDER_IMAGE=docker.io/library/rust:1-slim-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

# The builder needs Rust, a C compiler and the headers of libc, because libpq is compiled and linked in, and those of OpenSSL.
FROM ${BUILDER_IMAGE} AS builder
WORKDIR /build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*

# The dependencies, compiled for an empty program, are a separate layer that changes only with Cargo.lock and Cargo.toml.
# The output of the empty program is removed: a file of the real one may be older, and would not be compiled.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir src \
    && touch src/lib.rs \
    && echo 'fn main() {}' > src/main.rs \
    && cargo build --release --locked \
    && cargo clean --release --package inspection-register

COPY migrations migrations
COPY data data
COPY docs docs
COPY README.md CHANGELOG.md SECURITY.md ./
COPY openapi/description.md openapi/description.md
COPY openapi/examples openapi/examples
COPY build.rs build.rs
COPY src src
RUN cargo build --release --locked

# This image must not be older than the builder: the binary links to libc, libgcc and OpenSSL, which comes with the
# certificates.
FROM ${RUNTIME_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 999 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin register
COPY --from=builder /build/target/release/inspection-register /usr/local/bin/inspection-register

# The labels are last but for what costs nothing, since REVISION and CREATED change with every build.
ARG RUNTIME_IMAGE
ARG REVISION
ARG CREATED
LABEL org.opencontainers.image.title="Inspection Register" \
      org.opencontainers.image.description="An API of record for Ofsted inspections of English children's services and what follows from them" \
      org.opencontainers.image.version="0.3.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.vendor="The Inspection Register authors" \
      org.opencontainers.image.base.name="${RUNTIME_IMAGE}"

# The user is a number, so that an orchestrator can see that it is not root.
USER 999:999
ENV BIND_ADDRESS=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["inspection-register", "healthcheck"]
ENTRYPOINT ["inspection-register"]
