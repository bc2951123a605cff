#!/bin/sh
# Makes .venv with everything in requirements/ and the project itself, without root and without what Debian
# and Ubuntu leave out of their Python: uv when it is there, else venv with pip, else venv and the system's pip.
# Usage: tools/venv.sh PYTHON
set -eu

python=$1
venv=.venv
hashed="--quiet --require-hashes -r requirements/bootstrap.txt"

fail() {
    echo "$1" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "There is no $python: Python 3.11 or newer is needed (make PYTHON=/path/to/python3)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" -V) is too old: Python 3.11 or newer is needed (make PYTHON=/path/to/python3)."

# A venv of another Python, or one that was broken off, is made again.
if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    rm -rf "$venv"
    echo "Making $venv"
    # shellcheck disable=SC2086
    if command -v uv >/dev/null && uv venv --quiet --python "$(command -v "$python")" "$venv"; then
        uv pip install --python "$venv/bin/python" $hashed
    elif "$python" -m venv "$venv" >/dev/null 2>&1; then
        "$venv/bin/python" -m pip install --disable-pip-version-check $hashed
    elif rm -rf "$venv" && "$python" -m venv --without-pip "$venv" && "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip --python "$venv/bin/python" install --disable-pip-version-check $hashed
    else
        rm -rf "$venv"
        fail "$python can make no environment: install uv, or pip or venv for it (Debian, Ubuntu: python3-venv)."
    fi
elif ! "$venv/bin/python" -m uv --version >/dev/null 2>&1; then
    fail "$venv has no uv, so it was not made by this program: remove it and start again."
fi

"$venv/bin/python" -m uv pip sync --quiet --require-hashes requirements/lock.txt requirements/bootstrap.txt
# The build backend has just been installed with its hash; an isolated build would fetch another without one.
"$venv/bin/python" -m uv pip install --quiet --no-deps --no-build-isolation --editable .
