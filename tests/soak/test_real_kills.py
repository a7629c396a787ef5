"""The real program, in its own process, killed more than fifty times while it signs and delivers.

Two machines of one reader, each with a real keyring, read case after case at three sites, one of
which takes its reports as HL7 v2 messages. Each start of the program is killed at a named point
of signing, filing or delivery, or by the clock; the next start takes up what it left, and may
be killed at that. In the morning a last start reads what is still unread.
"""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import define, field
from demo_platform import DemoPlatform, start_platform
from reading import Reading, reports, words
from test_delivery_kills import write_study

pytestmark = [pytest.mark.soak, pytest.mark.peer]

MACHINES, CASES, KILLS = 2, 32, 27  # cases and kills of each machine
SEED = 20261126
BY_MESSAGE = "nord"
CLOCK = "by the clock"
#: Only where a report goes as a message.
CLOSING = ("delivery.before-close", "delivery.closed")
#: Every named place there is.
POINTS = (
    *CLOSING,
    "signing.authenticated",
    "delivery.before-seal",
    "delivery.sealed",
    "delivery.before-send",
    "delivery.sent",
    "delivery.answered",
    "delivery.acknowledged",
    "delivery.before-wipe",
    "delivery.wiped",
    "filing.before-seal",
    "filing.sealed",
    "filing.before-send",
    "filing.sent",
)


def test_after_fifty_kills_of_the_real_program_every_report_is_there_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between signature and acknowledgement a machine may die at any moment, and again."""
    cases = [f"K-{number:03d}" for number in range(MACHINES * CASES)]
    for number in range(len(cases)):
        write_study(tmp_path / "studies" / f"{number}.dcm", number)
    data = tmp_path / "data"
    with start_platform(tmp_path, [tmp_path / "studies"], data=data) as platform:
        settings = _by_message(platform, tmp_path / "kills.toml")
        machines = [
            _Machine(
                platform, settings, tmp_path / f"machine-{n}", tuple(cases[n::MACHINES]), SEED + n
            )
            for n in range(MACHINES)
        ]
        with ThreadPoolExecutor(MACHINES) as both:
            list(both.map(_Machine.night, machines))
        states = Counter(order["state"] for order in platform.orders())
        sites = {order["accession"]: order["site"] for order in platform.orders()}
        found = {each: reports(platform, sites[each], each) for each in cases}

    killed = sum((each.killed for each in machines), Counter[str]())
    assert states == {"final": len(cases)}
    assert {each: len(there) for each, there in found.items()} == dict.fromkeys(cases, 1)
    assert all(words(there[0]).endswith(f"{_text(each)}\n") for each, there in found.items())
    files = [file for site in platform.ready["sites"] for file in _received(data / site["id"])]
    assert len(files) == len(cases)
    assert killed.total() >= 50
    assert {point for point, n in killed.items() if n} == {*POINTS, CLOCK}
    with capsys.disabled():
        sys.stdout.write(f"\n{len(cases)} reports, {killed.total()} kills: {dict(killed)}\n")


def _text(accession: str) -> str:
    return f"Nothing acute in {accession}: ≤ 3 mm."


def _received(site: Path) -> list[Path]:
    """Deliveries of reports; documents are filed elsewhere."""
    return list((site / "received").glob("*-report.*"))


def _by_message(platform: DemoPlatform, file: Path) -> Path:
    """The platform's settings, with one site that takes reports as messages."""
    head, *sites = platform.settings.read_text("utf-8").split("[[site]]")
    told = [f'{each}report = "hl7"\n' if f'"{BY_MESSAGE}"' in each else each for each in sites]
    file.write_text("[[site]]".join([head, *told]), "utf-8")
    return file


@define
class _Machine:
    """One desk: a home, a keyring, and cases to read."""

    platform: DemoPlatform
    settings: Path
    folder: Path
    mine: tuple[str, ...]
    seed: int
    cases: list[str] = field(init=False)
    killed: Counter[str] = field(factory=Counter)

    def __attrs_post_init__(self) -> None:
        self.cases = list(self.mine)

    def night(self) -> None:
        reader = Reading(self.folder)
        chance = random.Random(self.seed)
        with reader.keyring() as bus:
            while self.killed.total() < KILLS:
                assert self.cases, "more cases are needed for so many kills"
                case = self.cases[0]
                point = self._next_point(case)
                seconds = chance.uniform(1.5, 4.0) if point == CLOCK else 180.0
                lines = ["wait delivered 120", *self._reads([case])]
                code, said = self._go(reader, bus, lines, point, seconds)
                assert code in (0, -signal.SIGKILL), said
                self.killed[point] += code != 0
                if self._state(case) != "unread":
                    self.cases.pop(0)
            self._last(reader, bus)

    def _next_point(self, case: str) -> str:
        """The one that was seen least, of those that this case comes by."""
        by_message = self._order(case)["site"] == BY_MESSAGE
        points = [each for each in (*POINTS, CLOCK) if by_message or each not in CLOSING]
        return min(points, key=lambda each: self.killed[each])

    def _last(self, reader: Reading, bus: str) -> None:
        """Nobody dies any more: what is left is sent, what is unread is read."""
        code, said = self._go(reader, bus, ["wait delivered 120"], "", 180.0)
        assert code == 0, said
        unread = [each for each in self.mine if self._state(each) != "final"]
        code, said = self._go(reader, bus, self._reads(unread), "", 480.0)
        assert code == 0, said

    def _order(self, case: str) -> dict[str, str]:
        return next(each for each in self.platform.orders() if each["accession"] == case)

    def _state(self, case: str) -> str:
        return self._order(case)["state"]

    def _reads(self, cases: Sequence[str]) -> list[str]:
        return [line for each in cases for line in (
            f"case.open {each}", "wait loaded", "report.template free-text",
            "tool.length 1 1 6 6", f'report.set impression "{_text(each)}"',
            'report.set findings "As expected."', "report.sign", "wait delivered 120",
        )]  # fmt: skip

    def _go(
        self, reader: Reading, bus: str, lines: Sequence[str], point: str, seconds: float
    ) -> tuple[int, str]:
        environment = reader.signed_in(
            self.platform,
            DBUS_SESSION_BUS_ADDRESS=bus,
            WORKSTATION_FAILPOINT=point if point != CLOCK else "",
        )
        child = subprocess.Popen(
            reader.command(self.settings, [*lines, "quit"]), env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            said = child.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            child.kill()
            said = child.communicate()[1]
        return child.returncode, said
