# shellcheck shell=bash
# Sourced by the scripts: words for the reader, visible steps, and the machine's own package manager.
# Nothing here needs more than the bash 3.2 of macOS.

# What is installed or compiled for several clones of the repository.
# shellcheck disable=SC2034 # Used by those who source this.
readonly CACHE=${XDG_CACHE_HOME:-${HOME:-$PWD/.data}/.cache}/inspection-register

current_step=
trap '[ $? = 0 ] || [ -z "$current_step" ] || echo "failed: $current_step" >&2; stop_beside' EXIT
# Otherwise nothing is done at the end of the script.
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
    echo "$*" >&2
}

die() {
    say "error: $*"
    exit 1
}

# step TITLE COMMAND…: runs the command, with its title before and its time after it.
step() {
    current_step=$1
    shift
    local begun=$SECONDS
    printf '\n==> %s\n' "$current_step" >&2
    "$@"
    say "    ($((SECONDS - begun)) s)"
    current_step=
}

# beside TITLE COMMAND…: a step that returns at once. At most two of them run at the same time. What they print is shown when
# they have ended, in the order in which they were begun; `settled` waits for all of them.
beside() {
    until [ "$(beside_running)" -lt 2 ]; do sleep 0.2; done
    local log
    log=$(mktemp)
    # A process group of its own, so that all of it can be stopped.
    set -m
    timed "${@:2}" </dev/null >"$log" 2>&1 &
    set +m
    beside_pids+=($!) beside_logs+=("$log") beside_titles+=("$1")
    while [ "$beside_shown" -lt ${#beside_pids[@]} ] && ! kill -0 "${beside_pids[beside_shown]}" 2>/dev/null; do
        show_next
    done
}

beside_pids=() beside_logs=() beside_titles=() beside_shown=0

timed() {
    local begun=$SECONDS
    "$@"
    echo "    ($((SECONDS - begun)) s)"
}

beside_running() {
    local place count=0
    for ((place = beside_shown; place < ${#beside_pids[@]}; place++)); do
        ! kill -0 "${beside_pids[place]}" 2>/dev/null || count=$((count + 1))
    done
    echo $count
}

# Waits for the first of those that are not shown yet, and shows it.
show_next() {
    local outcome=0 log=${beside_logs[beside_shown]}
    current_step=${beside_titles[beside_shown]}
    wait "${beside_pids[beside_shown]}" || outcome=$?
    beside_shown=$((beside_shown + 1))
    printf '\n==> %s\n' "$current_step" >&2
    cat "$log" >&2
    rm "$log"
    [ $outcome = 0 ] || exit $outcome
    current_step=
}

settled() {
    while [ "$beside_shown" -lt ${#beside_pids[@]} ]; do show_next; done
}

stop_beside() {
    while [ "$beside_shown" -lt ${#beside_pids[@]} ]; do
        kill -- "-${beside_pids[beside_shown]}" 2>/dev/null || true
        rm -f "${beside_logs[beside_shown]}"
        beside_shown=$((beside_shown + 1))
    done
}

# skip TITLE REASON: a step that this machine cannot do.
skip() {
    printf '\nskipped: %s: %s\n' "$1" "$2" >&2
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# as_root COMMAND…: runs it as root, if that takes no password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has sudo && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# install_with MANAGER PACKAGE…: false where the manager is absent, not permitted, or fails. It talks on stderr.
install_with() {
    local manager=$1
    shift
    has "$manager" || return 1
    case $manager in
        brew) set -- brew install "$@" ;;
        apt-get)
            as_root true || return 1
            as_root apt-get -o DPkg::Lock::Timeout=300 update -qq >&2 || return 1
            set -- as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
                -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@"
            ;;
        *)
            as_root true || return 1
            set -- as_root "$manager" install -y -q "$@"
            ;;
    esac
    say "installing: $*"
    "$@" >&2
}
