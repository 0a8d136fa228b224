# shellcheck shell=bash
# Sourced by the scripts: tools from PyPI and npm, pinned, below .data, and installed once. Needs machine.sh.

# shellcheck disable=SC2034 # Used by those who source this.
readonly SCHEMATHESIS=4.32.5

# python_tool COMMAND VERSION [PACKAGE]
python_tool() {
    local folder=.data/python/$1-$2
    [ -x "$folder/bin/$1" ] && return
    say "installing: ${3:-$1} $2 from PyPI into $folder"
    python3 -m venv --clear "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check "${3:-$1}==$2"
}

# node_tool COMMAND PACKAGE VERSION
node_tool() {
    local folder=.data/node/$2
    [ -x "$folder/node_modules/.bin/$1" ] && return
    say "installing: $2@$3 from npm into $folder"
    npm install --silent --no-audit --no-fund --prefix "$folder" "$2@$3"
}
