# shellcheck shell=bash
# Sourced by the scripts: makes sure that cargo and a C compiler are installed. Needs machine.sh.

ensure_toolchain() {
    if ! has cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH=$HOME/.cargo/bin:$PATH
    fi
    has cargo || die "cargo is not found. Install Rust 1.89 or later from https://rustup.rs"
    # Rust links with the C compiler, and the build of the service compiles libpq, which is written in C.
    has cc || install_with apt-get gcc libc6-dev || install_with dnf gcc || has cc ||
        die "no C compiler (cc) is found. Install gcc, for example with: apt-get install build-essential;" \
            "on macOS: xcode-select --install"
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
