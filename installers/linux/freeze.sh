#!/usr/bin/env bash
# Freezes the program into dist/workstation. PyInstaller needs libpython as a shared library:
# Debian's, Ubuntu's and python.org's Pythons have one; a pyenv Python only when it was built
# with --enable-shared.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${1:-.venv/bin/python}
shared=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("Py_ENABLE_SHARED") or 0)')
if [[ $shared != 1 ]] && [[ ! -e $("$python" - <<'PY'
import sysconfig, pathlib
print(pathlib.Path(sysconfig.get_config_var("LIBDIR")) / (sysconfig.get_config_var("INSTSONAME") or "-"))
PY
) ]]; then
    echo "freeze: this Python has no libpython shared library; install python3-dev (Debian) or" \
        "build it with --enable-shared" >&2
    exit 1
fi
PYTHONHASHSEED=0 SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} \
    "$python" -m PyInstaller --noconfirm --log-level WARN \
    --distpath dist --workpath build/pyinstaller installers/workstation.spec
