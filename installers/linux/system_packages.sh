#!/usr/bin/env bash
# Installs the Debian/Ubuntu packages named in the given lists, those that are missing only.
set -euo pipefail

if ! command -v apt-get >/dev/null; then
    echo "No apt-get here: install what these lists name by your own means: $*" >&2
    exit 0
fi
missing=""
while read -r package condition command; do
    [ -n "$package" ] || continue
    [ "$condition" = unless ] && command -v "$command" >/dev/null && continue
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done < <(sed -e 's/#.*//' "$@")
[ -z "$missing" ] && exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
# Orthanc, nginx and D-Bus are started by tests on their own ports, never as services.
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod +x $policy
    trap '$as_root rm -f $policy' EXIT
fi
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root apt-get install -q -y --no-install-recommends $missing
