"""A night of twelve cases by command lines: run by test_night.py in a process of its own.

`python night.py READY` reads the ready file of a platform with thirteen small cases at three
sites and works through them as a reader would, while the night happens to it. Prints what
became of everything, as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import pydicom
from demo_platform import DemoPlatform
from dicom_objects import image, written

from workstation import settings
from workstation.app.outer import Outer
from workstation.app.windows import build
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import WorkstationError
from workstation.protocols.delivery import State
from workstation.services.delivery.alarms import Need
from workstation.services.jobs import Job
from workstation.services.lines import quoted
from workstation.services.ports.hosting import Credentials
from workstation.ui.application import Application
from workstation.ui.program import Program

USER, OTHER = "jo.sample", "kim.visitor"
CASES: Final = 13  # one of them goes to somebody else
_RW: Final = "urn:reading-workstation:"


def studies(folder: Path) -> Path:
    """Thirteen patients, three images each; their sites follow from their order."""
    folder.mkdir()
    for number in range(CASES):
        study, series = f"2.25.77{number:02d}", f"2.25.77{number:02d}.1"
        for at in range(3):
            (folder / f"{number:02d}-{at}.dcm").write_bytes(
                written(slice_of(study, series, number, at))
            )
    return folder


def slice_of(study: str, series: str, number: int, at: int) -> pydicom.Dataset:
    made = image(np.full((32, 32), 40 * at + number, np.uint8), 8)
    made.PatientID, made.PatientName = f"N-{number:02d}", f"Night^Number{number}"
    made.StudyDescription, made.AccessionNumber = "CT head", f"NIGHT-{number:02d}"
    made.StudyInstanceUID, made.SeriesInstanceUID = study, series
    made.SOPInstanceUID, made.InstanceNumber = f"{series}.{at + 1}", at + 1
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.Modality = "CT"
    return made


class Night:
    """The reader at the desk, and what happens around them."""

    def __init__(self, program: Program, application: Application, sites: DemoPlatform) -> None:
        self._program, self._application, self.sites = program, application, sites
        self.context = program.context
        self.signed: list[str] = []
        self.told: dict[str, Any] = {}

    # --- hands ----------------------------------------------------------------

    def until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 40
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            self._application.turn()

    def send(self, line: str) -> None:
        """A command line, and what it waits for. A refusal is the reader's to read."""
        outcome: Job[Any] | None = self._program.send(line)
        if outcome is not None:
            self.until(lambda: outcome.done, line)
            outcome.result()

    @property
    def case(self) -> WorklistItem:
        return self.context.session.need_case().item

    def next(self) -> WorklistItem:
        self.send("case.next")
        self.send("wait loaded")
        return self.case

    def dictate(self, words: str) -> None:
        self.send("report.template free-text")
        self.send(f"report.set findings {quoted(words)}")
        self.send(f"report.set impression {quoted(words)}")

    def sign(self) -> str:
        accession = self.case.accession
        self.send("report.sign")
        self.signed.append(accession)
        return accession

    def read(self, words: str = "Normal.") -> str:
        self.next()
        self.dictate(words)
        return self.sign()

    def see(self, holds: Callable[[], bool], what: str) -> None:
        """News comes with the poll of the sites."""
        self.send("app.refresh")
        self.until(holds, what)

    # --- what happens -----------------------------------------------------------

    def stat_interrupts(self) -> None:
        """In the middle of a sentence somebody telephones about another patient."""
        routine = self.next()
        self.dictate("Half a sen")
        free = [row.item for row in self.context.worklist.rows if row.is_free]
        urgent = free[-1]
        self.sites.urge(urgent.site, urgent.accession)
        self.see(lambda: self._stat_waits(urgent), "the STAT case on the list")
        self.send("case.put-aside")
        taken = self.next()
        assert taken.key == urgent.key, "the STAT case comes first"
        self.dictate("No bleeding.")
        self.sign()
        self.send("case.resume")
        self.send("wait loaded")
        assert self.case.key == routine.key
        report = self.context.reporting.report
        self.told.setdefault("resumed", []).append(report.plain_text if report else "")
        self.dictate("Half a sentence, now whole.")
        self.sign()

    def _stat_waits(self, urgent: WorklistItem) -> bool:
        first = self.context.worklist.next()
        return first is not None and first.item.key == urgent.key

    def loses_a_claim(self) -> None:
        """The reader's machine slept; meanwhile a colleague took the case."""
        while True:
            item = self.next()
            if item.site != "mesa":  # the colleague may not read there
                break
            self.dictate("Normal.")
            self.sign()
        self.dictate("Mine so far.")
        self._taken_by_another(item)
        session = self.context.session
        self.see(lambda: session.need_case().read_only, "the claim to be lost")
        report = self.context.reporting.report
        self.told["lost"] = item.accession
        self.told["kept"] = report.plain_text if report else ""
        self.told["why"] = self.context.reporting.read_only
        try:
            self.send("report.sign")
        except WorkstationError as refused:
            self.told["refused"] = str(refused)
        self.send("case.close")

    def _taken_by_another(self, item: WorklistItem) -> None:
        base = self.sites.site(item.site)["fhir"]
        for user in (USER, OTHER):
            with self.sites.client(item.site, user) as http:
                found = http.get(f"{base}/Task/{item.task}")
                task, etag = found.json(), found.headers["etag"]
                changed = _released(task) if user == USER else self._claimed(task, item.site, user)
                headers = {"If-Match": etag, "Content-Type": "application/fhir+json"}
                answer = http.put(f"{base}/Task/{item.task}", json=changed, headers=headers)
                answer.raise_for_status()

    def _claimed(self, task: dict[str, Any], site: str, user: str) -> dict[str, Any]:
        with self.sites.client(site, user) as http:
            who = http.get(f"{self.sites.site(site)['issuer']}/userinfo").json()
        owner = {"reference": who["fhirUser"], "display": who["name"]}
        return {**task, "status": "accepted", "owner": owner, "businessStatus": _state("claimed")}

    def site_fails(self) -> None:
        """A report is signed, its hospital goes silent, the night goes on elsewhere."""
        self.next()
        self.dictate("Normal.")
        site = self.case.site
        self.sites.faults(**{site: {"rules": [{"match": "^POST /fhir$", "do": "drop_before"}]}})
        stuck = self.sign()
        self.sites.faults(**{site: {"site_down": True}})
        self.see(lambda: self._is_stale(site), "the site to be known as silent")
        elsewhere = self.next()
        assert elsewhere.site != site, "nothing of a silent site is offered"
        self.dictate("Normal.")
        self.sign()
        states = {entry.accession: entry.state for entry in self.context.deliveries.entries}
        self.told["while_down"] = states[stuck].value
        self.sites.faults(**{site: {"site_down": False, "rules": []}})
        self.see(lambda: not self._is_stale(site), "the site to be back")
        self.context.deliveries.resume()

    def _is_stale(self, site: str) -> bool:
        return any(s.id == site and s.state != "ok" for s in self.context.worklist.sites)

    def a_series_comes_late(self) -> None:
        """What was signed is looked at once more, and added to."""
        accession = self.read()
        self.send("wait delivered")
        row = self.context.worklist.find(accession)
        assert row is not None
        item, number = row.item, int(accession[-2:])
        base = self.sites.site(item.site)["dicomweb"]
        with self.sites.client(item.site) as http:
            for at in range(2):
                body = BytesIO(written(slice_of(item.study, f"{item.study}.9", number, at)))
                kind = 'multipart/related; type="application/dicom"; boundary=b'
                part = b"--b\r\nContent-Type: application/dicom\r\n\r\n" + body.getvalue()
                http.post(
                    f"{base}/studies", content=part + b"\r\n--b--", headers={"Content-Type": kind}
                ).raise_for_status()
        alarms = self.context.alarms
        self.see(lambda: bool(alarms.standing), "the late images")
        (alarm,) = alarms.standing
        self.told["late"] = [alarm.need.value, alarm.accession, alarm.images]
        assert alarm.need is Need.LATE_IMAGES
        self.send(f"case.open {accession}")
        self.send("wait loaded")
        self.until(lambda: self.context.reporting.report is not None, "the report")
        self.send("report.addend The late series shows nothing else.")
        self.send("wait delivered")
        self.told["alarms_after"] = len(alarms.standing)

    def all_of_it(self) -> None:
        for _ in range(2):
            self.read()
        self.stat_interrupts()
        self.loses_a_claim()
        self.stat_interrupts()
        self.site_fails()
        self.a_series_comes_late()
        while self.context.worklist.next() is not None:
            self.read()
        self.send("wait delivered")
        entries = self.context.deliveries.entries
        self.told["signed"] = self.signed
        self.told["accepted"] = sorted(
            {e.accession for e in entries if e.state is State.ACKNOWLEDGED}
        )
        self.told["open"] = [e.accession for e in entries if e.state is not State.ACKNOWLEDGED]


def _state(name: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_RW}read-state", "code": name}], "text": name}


def _released(task: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in task.items() if name != "owner"}
    lease = f"{_RW}lease-until"
    extensions = [each for each in task["extension"] if each["url"] != lease]
    return {
        **kept, "status": "requested", "extension": extensions,
        "businessStatus": _state(ReadState.UNREAD.value),
    }  # fmt: skip


def main(ready: str) -> int:
    sites = DemoPlatform(Path(ready).parent)
    sites.ready = json.loads(Path(ready).read_text("utf-8"))
    chosen = settings.load(sites.settings)
    application = Application()
    outer = Outer.of(chosen)
    program = build(chosen, application, outer)
    password = Credentials(USER, sites.password(USER))
    night = Night(program, application, sites)
    signing = night.context.signing
    signing.asked_by(lambda proposal: signing.sign(proposal, password))
    program.present()
    signed_in = program.sign_in(password)
    night.until(lambda: signed_in.done, "the sign-in")
    night.all_of_it()
    sys.stdout.write(json.dumps(night.told))
    night.send("quit")
    program.close()
    outer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
