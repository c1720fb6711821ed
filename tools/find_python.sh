#!/bin/sh
# Print a Python that can make the environment, or say clearly that there is none.
#
#   find_python.sh          python3.11, else python3 when it is 3.11 or newer
#   find_python.sh 3.12     that version and no other
#
# A name on PATH is not proof (a version manager leaves shims that only print an error), so each candidate is asked.
set -eu

wanted=${1:-}

answers() { # candidate, lowest version, version too high
    "$1" -c "import sys; sys.exit(not ($2 <= sys.version_info[:2] < $3))" >/dev/null 2>&1
}

if [ -n "$wanted" ]; then
    minor=${wanted#3.}
    low="(3, $minor)" high="(3, $((minor + 1)))"
    candidates="python$wanted python3 ${PYENV_ROOT:-$HOME/.pyenv}/versions/$wanted.*/bin/python"
else
    low="(3, 11)" high="(4, 0)"
    candidates="python3.11 python3 python ${PYENV_ROOT:-$HOME/.pyenv}/versions/3.11.*/bin/python"
fi

for candidate in $candidates; do
    if answers "$candidate" "$low" "$high"; then
        command -v "$candidate"
        exit 0
    fi
done

if [ -n "$wanted" ]; then
    echo "No Python $wanted found." >&2
else
    echo "kambin needs Python 3.11 or newer; none of python3.11, python3, python is." >&2
    echo "Install one, or name it: make <target> PYTHON=/path/to/python3.11" >&2
fi
exit 1
