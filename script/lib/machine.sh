# shellcheck shell=bash
# Sourced by the scripts: messages, steps with titles and times, and the package manager of the machine.
# Works with bash 3.2 of macOS.

current_step=
trap '[ $? = 0 ] || [ -z "$current_step" ] || echo "failed: $current_step" >&2' EXIT

say() {
    echo "$*" >&2
}

die() {
    say "error: $*"
    exit 1
}

# step TITLE COMMAND…: prints the title, runs the command, and prints its duration.
step() {
    current_step=$1
    shift
    local begun=$SECONDS
    printf '\n==> %s\n' "$current_step" >&2
    "$@"
    say "    ($((SECONDS - begun)) s)"
    current_step=
}

# skip TITLE REASON: reports a step that this machine cannot run.
skip() {
    printf '\nskipped: %s: %s\n' "$1" "$2" >&2
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# as_root COMMAND…: runs the command as root, if no password is needed.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has sudo && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# install_with MANAGER PACKAGE…: fails if the manager is absent, not permitted, or fails. Prints to stderr.
install_with() {
    local manager=$1
    shift
    has "$manager" || return 1
    case $manager in
        brew) set -- brew install "$@" ;;
        apt-get)
            as_root true || return 1
            as_root apt-get update -qq >&2 || return 1
            set -- as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
                -o Dpkg::Options::=--force-confold "$@"
            ;;
        *)
            as_root true || return 1
            set -- as_root "$manager" install -y -q "$@"
            ;;
    esac
    say "installing: $*"
    "$@" >&2
}
