"""The real program as a child of a test: a script in; exit code, words and state files out.

    reading = Reading(tmp_path)
    done = reading.run(platform, ["case.open X", "wait loaded", "state {state}", "quit"])
    assert done.code == 0, done.stderr
    done.state("state")["case"]["accession"]

Every run has a home, a runtime folder and temporary files of its own, no screen and no
keyring. `{name}` in a line becomes a file below the test's folder.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen
from demo_platform import DemoPlatform
from programs import need

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
READER = "jo.sample"
#: A constancy test with a report in free words: the smallest case of the demo platform.
QA = "KN-26-QA01"
_FILE = re.compile(r"\{(\w+)\}")


def qa_read(impression: str) -> tuple[str, ...]:
    """The lines that open that case and write its report."""
    return (
        f"case.open {QA}", "wait loaded", "report.template free-text",
        'report.set findings "Inserts as specified."', f'report.set impression "{impression}"',
    )  # fmt: skip


@frozen
class Done:
    """How a run ended."""

    code: int
    stderr: str
    files: Path
    said: str = ""  # on standard output

    def state(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.files / f"{name}.json").read_text("utf-8"))
        return found

    def file(self, name: str) -> Path:
        return self.files / name

    def must_be_good(self) -> "Done":
        assert self.code == 0, self.stderr
        assert "Traceback" not in self.stderr, self.stderr
        return self


#: The daemon says that it is ready before the bus knows it: ask the bus.
_KEYRING = """echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
for _ in $(seq 200); do
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / \\
        org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets \\
        | grep -q 'boolean true' && break
    sleep 0.05
done
"""


class Reading:
    """A reader's machine: what is below `home` and `tmp` is all the program may write to."""

    def __init__(self, folder: Path) -> None:
        self.home, self.tmp, self.files = folder / "home", folder / "tmp", folder / "files"
        for each in (self.home, self.tmp, self.files):
            each.mkdir(parents=True)
        self._runs = 0

    def environment(self, **more: str) -> dict[str, str]:
        """A machine without a screen, and without a keyring where `more` brings none."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DBUS_", "XDG_"))}
        return kept | {
            "HOME": str(self.home),
            "TMPDIR": str(self.tmp),
            "XDG_RUNTIME_DIR": str(self.home),
            "QT_QPA_PLATFORM": "offscreen",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            **more,
        }

    def script(self, lines: Sequence[str] | str) -> Path:
        """Written down, with its placeholders as files of ours."""
        text = lines if isinstance(lines, str) else "\n".join(lines)
        path = self.files / f"lines-{self._runs}.script"
        self._runs += 1
        path.write_text(_FILE.sub(lambda m: str(self.files / self._named(m[1], text)), text))
        return path

    @staticmethod
    def _named(name: str, text: str) -> str:
        return f"{name}.png" if f"capture {{{name}}}" in text else f"{name}.json"

    def command(self, settings: Path, lines: Sequence[str] | str) -> list[str]:
        script = str(self.script(lines))
        return [
            sys.executable, "-m", "workstation", "run", "--settings", str(settings),
            "--script", script,
        ]  # fmt: skip

    def signed_in(
        self, platform: DemoPlatform, user: str = READER, password: str | None = None, **more: str
    ) -> dict[str, str]:
        secret = platform.password(user) if password is None else password
        return self.environment(WORKSTATION_USER=user, WORKSTATION_PASSWORD=secret, **more)

    def run(
        self,
        platform: DemoPlatform,
        lines: Sequence[str] | str,
        *,
        user: str = READER,
        password: str | None = None,
        settings: Path | None = None,
    ) -> Done:
        """`workstation run` against a platform, until the script ends."""
        command = self.command(settings or Path(platform.ready["settings"]), lines)
        return self.go(command, self.signed_in(platform, user, password))

    def run_with_keyring(
        self, platform: DemoPlatform, lines: Sequence[str] | str, failpoint: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """The same on a session bus of its own, with an unlocked Secret Service."""
        need("gnome-keyring-daemon", "dbus-run-session")
        command = self.command(Path(platform.ready["settings"]), lines)
        environment = self.signed_in(platform, WORKSTATION_FAILPOINT=failpoint)
        del environment["DBUS_SESSION_BUS_ADDRESS"]
        shell = f'{_KEYRING} "$@"'
        return subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", shell, "keyring", *command],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    @contextmanager
    def keyring(self) -> Iterator[str]:
        """A session bus with an unlocked Secret Service that outlives the program; its address."""
        need("gnome-keyring-daemon")
        environment = self.environment()
        del environment["DBUS_SESSION_BUS_ADDRESS"]
        shell = f"{_KEYRING} echo $DBUS_SESSION_BUS_ADDRESS; exec cat"
        bus = subprocess.Popen(
            ["dbus-run-session", "--", "bash", "-c", shell],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert bus.stdout is not None
        assert bus.stdin is not None
        try:
            yield bus.stdout.readline().strip()
        finally:
            bus.stdin.close()  # `cat` ends, and the bus with it
            bus.wait(10)
            bus.stdout.close()

    def start(
        self, platform: DemoPlatform, lines: Sequence[str] | str, **more: str
    ) -> "subprocess.Popen[str]":
        """The same, still running: for two at once, and for kills."""
        return subprocess.Popen(
            self.command(Path(platform.ready["settings"]), lines),
            env=self.signed_in(platform, **more),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def go(
        self, command: Sequence[str], environment: Mapping[str, str], patience_s: float = 60
    ) -> Done:
        ended = subprocess.run(
            command, env=dict(environment), capture_output=True, text=True, timeout=patience_s,
            check=False,
        )  # fmt: skip
        return Done(ended.returncode, ended.stderr, self.files, ended.stdout)


def reports(platform: DemoPlatform, site: str, accession: str) -> list[dict[str, Any]]:
    """Every issued report of an order, as the site tells an independent client."""
    with platform.client(site) as http:
        base = platform.site(site)["fhir"]
        orders = http.get(f"{base}/ServiceRequest", params={"identifier": accession}).json()
        (order,) = (entry["resource"]["id"] for entry in orders["entry"])
        found = http.get(
            f"{base}/DiagnosticReport", params={"based-on": f"ServiceRequest/{order}"}
        ).json()
    issued = [entry["resource"] for entry in found.get("entry", [])]
    return [each for each in issued if each["status"] != "partial"]


def task(platform: DemoPlatform, site: str, accession: str) -> dict[str, Any]:
    """The reading task of an order."""
    with platform.client(site) as http:
        base = platform.site(site)["fhir"]
        orders = http.get(f"{base}/ServiceRequest", params={"identifier": accession}).json()
        (order,) = (entry["resource"]["id"] for entry in orders["entry"])
        found = http.get(f"{base}/Task", params={"focus": f"ServiceRequest/{order}"}).json()
    (only,) = (entry["resource"] for entry in found["entry"])
    return dict(only)


def words(report: Mapping[str, Any]) -> str:
    """The plain text of a report as it was filed."""
    (plain,) = (f for f in report["presentedForm"] if f["contentType"] == "text/plain")
    return base64.b64decode(plain["data"]).decode()


def study_uid(platform: DemoPlatform, accession: str) -> str:
    return next(o["study_uid"] for o in platform.orders() if o["accession"] == accession)
