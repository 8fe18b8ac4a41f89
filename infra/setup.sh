#!/bin/sh
# Makes .venv from requirements.lock, once per lock. Every lack ends in one sentence.
set -eu
cd "$(dirname "$0")/.."
UV=0.13.9

stop() { echo "Error: $1" >&2; exit 1; }

stamp=$(cat requirements.lock pyproject.toml infra/setup.sh | sha256sum | cut -c1-16)-$(pwd | sha256sum | cut -c1-8)
[ -f ".venv/stamp-$stamp" ] && exit 0

command -v java >/dev/null || stop "Java is missing: install Java 17 or newer (for example 'apt-get install openjdk-17-jre-headless')."
command -v mvn >/dev/null || stop "Maven is missing: install it (for example 'apt-get install maven'); it fetches the pinned jars."
python=""
for candidate in python3.11 python3.12 python3; do
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || stop "Python 3.11 or 3.12 with its venv module is missing: install it (for example 'apt-get install python3.11 python3.11-venv')."

echo "Making the environment from requirements.lock (about a minute the first time)…"
[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || { rm -rf .venv; "$python" -m venv .venv; }
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV"
uv() { .venv/bin/python -m uv --quiet pip "$@" --python .venv/bin/python; }
uv install --require-hashes --compile-bytecode -r requirements.lock
uv install --no-deps --no-build-isolation --editable .
rm -f .venv/stamp-*
touch ".venv/stamp-$stamp"
