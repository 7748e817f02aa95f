#!/bin/sh
# Bring uv, which sets up everything else, into the folder of $1 with nothing but python3: no root, no PATH, no curl.
set -eu

uv=$1
folder=$(dirname "$uv")/uv-from-pip
wanted="uv>=0.9,<1"
python=${PYTHON:-python3}

complain() {
    echo "$*" >&2
    exit 1
}

command -v "$python" >/dev/null || complain "python3 is missing. On Debian and Ubuntu: apt install python3 python3-venv"

rm -rf "$folder"
mkdir -p "$(dirname "$uv")"
echo "Fetching uv, which sets up the rest ..."
# Debian takes venv's pip out of python3 (package python3-venv), but pip itself may be there.
if "$python" -m venv "$folder" >/dev/null 2>&1; then
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$wanted" || complain "uv could not be fetched from PyPI."
elif "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$folder"
    "$python" -m pip install --quiet --disable-pip-version-check --target "$folder" "$wanted" || complain "uv could not be fetched from PyPI."
else
    rm -rf "$folder"
    complain "This python3 has neither venv nor pip. On Debian and Ubuntu: apt install python3-venv"
fi
ln -sf "$(basename "$folder")/bin/uv" "$uv"
