# shellcheck shell=bash
# Sourced by the scripts: makes sure that cargo, a C compiler and the headers of OpenSSL are installed. Needs machine.sh.

ensure_toolchain() {
    if ! has cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH=$HOME/.cargo/bin:$PATH
    fi
    has cargo || die "cargo is not found. Install Rust 1.89 or later from https://rustup.rs"
    # Rust links with the C compiler, and the build of the service compiles libpq, which is written in C.
    has cc || install_with apt-get gcc libc6-dev || install_with dnf gcc || has cc ||
        die "no C compiler (cc) is found. Install gcc, for example with: apt-get install build-essential;" \
            "on macOS: xcode-select --install"
    ensure_openssl
}

# The program links to OpenSSL, for TLS to its database. Where the package manager may not be used, OpenSSL is compiled and
# linked in, which takes minutes.
ensure_openssl() {
    [ -z "${OPENSSL_NO_VENDOR:-}" ] || return 0
    openssl_is_installed || install_with apt-get libssl-dev pkg-config ||
        install_with dnf openssl-devel pkgconf-pkg-config || install_with brew openssl@3 pkgconf || true
    openssl_is_installed && return
    has perl && has make || install_with apt-get perl make || install_with dnf perl make || { has perl && has make; } ||
        die "neither the headers of OpenSSL nor perl and make are found. Install libssl-dev and pkg-config" \
            "(dnf: openssl-devel and pkgconf-pkg-config; brew: openssl@3 and pkgconf)"
    say "the headers of OpenSSL are not installed: OpenSSL is compiled too, which takes minutes"
    export OPENSSL_NO_VENDOR=0
}

openssl_is_installed() {
    [ -n "${OPENSSL_DIR:-}" ] || { has pkg-config && pkg-config --exists 'openssl >= 1.1.1'; }
}

# ensure_component COMMAND COMPONENT: installs a component of the toolchain that minimal installations lack.
ensure_component() {
    cargo "$1" --version >/dev/null 2>&1 && return
    has rustup || die "cargo $1 is not found. Install the component $2 of the Rust toolchain"
    say "installing: rustup component add $2"
    rustup component add "$2" >&2
}

# Builds the program of the service. Built beside a test it has the features that tests give to its dependencies, so that
# nothing is compiled twice.
build_service() {
    cargo build --locked --bins --test crash
}
