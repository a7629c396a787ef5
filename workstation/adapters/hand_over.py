"""One desk for one reader: a second start hands over to the program that runs already.

The running program listens on the loopback address, at a port of the system's choice; port and
a secret stand in a file that this user alone may read. Nothing listens where no site sends cases.
"""

import hashlib
import hmac
import json
import os
import queue
import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import platformdirs

from workstation.text import tr

_MOST: Final = 16 * 1024
_PATIENCE_S: Final = 5.0


def place_of(settings: Path) -> Path:
    """Where a program that runs with these settings says how to reach it."""
    name = hashlib.sha256(str(settings.resolve()).encode()).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR")  # gone with the session, where the system has it
    usual = platformdirs.user_cache_dir("reading-workstation", False)
    folder = Path(runtime) / "reading-workstation" if runtime else Path(usual)
    return folder / f"desk-{name}.json"


class Desk:
    """Listens until `close`. `taken` is called on a thread of its own with what was sent, and
    gives the words of a refusal, or nothing."""

    def __init__(self, place: Path, taken: Callable[[str], str]) -> None:
        self._place = place
        self._taken = taken
        self._secret = secrets.token_urlsafe(32)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._write()
        threading.Thread(target=self._serve, name="hand-over", daemon=True).start()

    def close(self) -> None:
        self._socket.close()
        self._place.unlink(missing_ok=True)

    def _write(self) -> None:
        self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._place.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(self._place, flags, 0o600), "w") as file:
            json.dump({"port": self._socket.getsockname()[1], "secret": self._secret}, file)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:  # closed
                return
            with line:
                try:
                    line.settimeout(_PATIENCE_S)
                    line.sendall(json.dumps(self._answer(_read(line))).encode() + b"\n")
                except OSError:
                    continue

    def _answer(self, said: dict[str, Any]) -> dict[str, Any]:
        secret, launch = said.get("secret"), said.get("launch")
        if not isinstance(secret, str) or not isinstance(launch, str):
            return {"why": tr("this is no launch of a case")}
        if not hmac.compare_digest(secret.encode(), self._secret.encode()):
            return {"why": tr("this is another reader's desk")}
        return {"why": self._taken(launch)}


def hand_over(place: Path, launch: str) -> str | None:
    """Words of a refusal, empty where it was taken; None where no program runs."""
    try:
        found = json.loads(place.read_text("utf-8"))
        with socket.create_connection(("127.0.0.1", int(found["port"])), _PATIENCE_S) as line:
            line.settimeout(2 * _PATIENCE_S)
            line.sendall(json.dumps({"secret": found["secret"], "launch": launch}).encode() + b"\n")
            answer = _read(line)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(answer["why"]) if "why" in answer else None


def _read(line: socket.socket) -> dict[str, Any]:
    """One line of JSON; nothing where it is none."""
    data = b""
    while not data.endswith(b"\n") and len(data) < _MOST:
        more = line.recv(4096)
        if not more:
            break
        data += more
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def at_home(
    post: Callable[[Callable[[], None]], None],
    take: Callable[[str, Callable[[str], None]], None],
) -> Callable[[str], str]:
    """`take` lives on the home thread and answers by a call: here it is waited for."""

    def taken(launch: str) -> str:
        answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        post(lambda: take(launch, answers.put))
        try:
            return answers.get(timeout=_PATIENCE_S)
        except queue.Empty:
            return tr("the program is busy; try again")

    return taken
