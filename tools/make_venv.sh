#!/bin/sh
# Make or refresh the environment: every package from the lock, by hash and as a wheel, then the project itself.
#
#   make_venv.sh DIRECTORY [PYTHON]
#
# The project is installed without its dependencies and without build isolation, so that nothing comes from outside the lock.
set -eu

venv=$1
python=${2:-}
lock=requirements/lock.txt

fail() {
    echo "$1" >&2
    exit 1
}

usable() {
    "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! usable; then
    [ -n "$python" ] || python=$(sh tools/find_python.sh) || exit 1
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        fail "$python is not Python 3.11 or newer (or does not run)."
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python has no venv module with pip. On Debian or Ubuntu: apt install python3-venv."
    echo "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1
echo "Installing the locked packages into $venv"
"$venv/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$lock"
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
echo "Ready: $venv"
