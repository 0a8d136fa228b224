# shellcheck shell=bash
# Sourced by the scripts: tools that are not part of the machine, pinned, installed once for all clones: .data/python and
# .data/node lead into the cache. Needs machine.sh.

# shellcheck disable=SC2034 # Used by those who source this.
readonly SCHEMATHESIS=4.32.5

mkdir -p .data
for folder in python node; do
    mkdir -p "$CACHE/$folder"
    [ "$(readlink .data/$folder)" = "$CACHE/$folder" ] && continue
    rm -rf .data/$folder
    ln -s "$CACHE/$folder" .data/$folder
done

# tool COMMAND [PACKAGE]: whether the command is there, or CI may install it.
tool() {
    has "$1" || { [ "${CI:-}" = true ] && install_with apt-get "${2:-$1}" && has "$1"; }
}

# python_tool COMMAND VERSION [PACKAGE]: from PyPI, to be run as .data/python/COMMAND-VERSION/bin/COMMAND.
python_tool() {
    # Programs of Python name the folder in which they are installed.
    local folder=$CACHE/python/$1-$2
    [ -x "$folder/bin/$1" ] && return
    say "installing: ${3:-$1} $2 from PyPI into $folder"
    python3 -m venv --clear "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check "${3:-$1}==$2"
}

# node_tool COMMAND FOLDER PACKAGE@VERSION…: from npm into .data/node/FOLDER, again when a version changes.
node_tool() {
    local command=$1 folder=.data/node/$2
    shift 2
    [ -x "$folder/node_modules/.bin/$command" ] && [ "$(cat "$folder/packages" 2>/dev/null)" = "$*" ] && return
    say "installing: $* from npm into $folder"
    npm install --silent --no-audit --no-fund --prefix "$folder" "$@" && echo "$*" >"$folder/packages"
}
