#!/usr/bin/env bash
# Does the lock install from binary wheels alone, on every platform and Python we promise?
# Asks the package index (nothing is downloaded but metadata); `make lock` runs it.
set -euo pipefail
uv=${1:-uv}
bad=0
for platform in x86_64-manylinux_2_34 windows macos; do
    for python in 3.11 3.12 3.13; do
        if answer=$("$uv" pip install --dry-run --quiet --target "$(mktemp -d)" --python-platform $platform \
            --python-version $python --only-binary :all: --require-hashes -r requirements.lock 2>&1); then
            echo "$platform, Python $python: every wheel is there"
        else
            echo "$platform, Python $python: $answer" >&2
            bad=1
        fi
    done
done
exit $bad
