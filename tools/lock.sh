#!/bin/sh
# Write requirements/lock.txt: one version of each package for each supported Python, every wheel by its hash.
#
# The resolver is itself locked (requirements/resolver.txt) and lives in build/, apart from .venv. It reads no configuration
# of the machine, so neither a local mirror's files nor its address can get into the lock.
#
#   lock.sh             keep what still fits, add what is new
#   lock.sh --upgrade   newest of everything, the resolver included
set -eu

venv=build/lock-venv
resolver=requirements/resolver.txt
lock=requirements/lock.txt

[ -x "$venv/bin/python" ] || "$(sh tools/find_python.sh)" -m venv "$venv"
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL
PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip install --quiet --require-hashes -r "$resolver"

compile() { # output, then inputs and flags
    output=$1
    shift
    # uv reads what is there as preferences, so that a plain run changes only what has to change
    "$venv/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --only-binary :all: \
        --generate-hashes --no-header --no-annotate --output-file "$output" "$@"
    { echo "# Written by \`make lock\`; do not edit."; grep -v '^#' "$output"; } >"$output.new"
    mv "$output.new" "$output"
}

compile "$lock" pyproject.toml --all-extras "$@"
if [ "${1:-}" = --upgrade ]; then
    echo uv | compile "$resolver" - --upgrade
fi
echo "$lock: $(grep -c == "$lock") packages, $(grep -c sha256: "$lock") hashes"
