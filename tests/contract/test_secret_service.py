"""A real Secret Service (gnome-keyring), unlocked, locked, and absent.

Each case runs in a child on a session bus and a home of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from programs import need

pytestmark = pytest.mark.peer

_PROGRAM = """
import sys
from pathlib import Path
from workstation.adapters.secrets import open_secrets
from workstation.adapters.store import open_store

secrets = open_secrets("test")
opened = open_store(Path(sys.argv[1]), secrets)
before = opened.store.get("outbox", "a")
opened.store.put("outbox", "a", "words of a report")
opened.store.close()
print(repr((secrets.ram_only, opened.store.durable, before)))
"""
_UNLOCK = "echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
#: Started without its password: there is a keyring, and it stays locked.
_LOCKED = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; "


def _run(home: Path, before: str, *, times: int = 1, bus: bool = True) -> list[str]:
    need("gnome-keyring-daemon", "dbus-run-session")
    (home / "program.py").write_text(_PROGRAM)
    child = f"{sys.executable} {home / 'program.py'} {home / 'store'}"
    script = before + "; ".join([child] * times)
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("DBUS_", "XDG_"))
    }
    environment |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PYTHONPATH": os.getcwd()}
    if not bus:  # else the bus itself would start a keyring on demand
        environment["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
    done = subprocess.run(
        [*(["dbus-run-session", "--"] if bus else []), "bash", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_unlocked_keyring_keeps_the_key_of_the_store(tmp_path: Path) -> None:
    """What was sealed before a restart is there after it."""
    first, second = _run(tmp_path, _UNLOCK, times=2)

    assert first == "('', True, None)"
    assert second == "('', True, 'words of a report')"
    (sealed,) = (tmp_path / "store").glob("*.sealed")
    assert b"words of a report" not in sealed.read_bytes()


def test_without_a_keyring_nothing_is_written(tmp_path: Path) -> None:
    """A headless machine: everything works, nothing is kept."""
    (only,) = _run(tmp_path, "", bus=False)

    assert only == "('this system has no keyring that encrypts', False, None)"
    assert not (tmp_path / "store").exists()


def test_a_locked_keyring_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    """Its key is out of reach until its user unlocks it; waiting for that would hang."""
    _run(tmp_path, _UNLOCK)  # makes the keyring, with its password
    (only,) = _run(tmp_path, _LOCKED)

    assert only == "('the system keyring is locked', False, None)"
