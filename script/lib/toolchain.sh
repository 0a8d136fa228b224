# shellcheck shell=bash
# Sourced by the scripts: makes sure that cargo can build. Needs machine.sh.

ensure_toolchain() {
    if ! has cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH=$HOME/.cargo/bin:$PATH
    fi
    has cargo || die "cargo is not found. Install Rust 1.89 or later from https://rustup.rs"
    # Rust links with the C compiler, and libpq, which is C, is built along with the service.
    has cc || install_with apt-get gcc libc6-dev || install_with dnf gcc || has cc ||
        die "no C compiler (cc) is found. Install gcc, such as with: apt-get install build-essential;" \
            "on macOS: xcode-select --install"
}

# ensure_component COMMAND COMPONENT: a part of the toolchain that minimal installations leave out.
ensure_component() {
    cargo "$1" --version >/dev/null 2>&1 && return
    has rustup || die "cargo $1 is not found. Install the component $2 of the Rust toolchain"
    say "installing: rustup component add $2"
    rustup component add "$2" >&2
}
