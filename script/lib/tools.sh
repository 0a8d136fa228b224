# shellcheck shell=bash
# Sourced by the scripts: installs pinned tools once below .data. Needs machine.sh.

# shellcheck disable=SC2034 # Used by the scripts that source this file.
readonly SCHEMATHESIS=4.32.5

# tool COMMAND [PACKAGE]: succeeds if the command is installed, or if CI can install it.
tool() {
    has "$1" || { [ "${CI:-}" = true ] && install_with apt-get "${2:-$1}" && has "$1"; }
}

# python_tool COMMAND VERSION [PACKAGE]: installs from PyPI into .data/python/COMMAND-VERSION.
python_tool() {
    local folder=.data/python/$1-$2
    [ -x "$folder/bin/$1" ] && return
    say "installing: ${3:-$1} $2 from PyPI into $folder"
    python3 -m venv --clear "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check "${3:-$1}==$2"
}

# node_tool COMMAND FOLDER PACKAGE@VERSION…: installs from npm into .data/node/FOLDER, again when a version changes.
node_tool() {
    local command=$1 folder=.data/node/$2
    shift 2
    [ -x "$folder/node_modules/.bin/$command" ] && [ "$(cat "$folder/packages" 2>/dev/null)" = "$*" ] && return
    say "installing: $* from npm into $folder"
    npm install --silent --no-audit --no-fund --prefix "$folder" "$@" && echo "$*" >"$folder/packages"
}
