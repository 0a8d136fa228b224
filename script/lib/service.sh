# shellcheck shell=bash
# Sourced by the scripts: a service for as long as a command needs it. Needs machine.sh, toolchain.sh and postgresql.sh.

# with_service COMMAND…: runs it with BASE_URL and API_KEY of a service with a database of its own, both of which are
# gone afterwards. Its folder is one that every user may enter: root's PostgreSQL runs as another user.
with_service() (
    ensure_toolchain
    ensure_postgresql
    cargo build --locked
    program=${CARGO_TARGET_DIR:-target}/debug/inspection-register
    folder=$(mktemp -d)
    chmod 755 "$folder"
    unset DATABASE_URL
    BIND_ADDRESS=127.0.0.1:$(free_port)
    export BIND_ADDRESS
    DATA_DIR=$folder/data "$program" >"$folder/log" 2>&1 &
    service=$!
    trap 'kill $service 2>/dev/null; wait $service; rm -rf "$folder"' EXIT
    until "$program" healthcheck 2>/dev/null; do
        kill -0 $service 2>/dev/null || { cat "$folder/log" >&2 && die "the service does not start"; }
        sleep 0.2
    done
    export BASE_URL=http://$BIND_ADDRESS
    # A service with no key makes one at its first start, and shows it.
    API_KEY=$(grep --only-matching --max-count 1 'irk_[A-Za-z0-9]*' "$folder/log" || true)
    export API_KEY
    "$@" || { tail -n 20 "$folder/log" >&2 && exit 1; }
)

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)) && (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo $port
}
