"""What `workstation site test` asks of a DIMSE service: each service by name, nothing filed.

No patient is named: studies are counted, and what is negotiated for images is thrown away.
"""

from collections.abc import Iterator
from typing import Final

from attrs import frozen
from pynetdicom.presentation import build_context

from workstation.adapters import dimse_contexts
from workstation.adapters.dimse_line import FIND, GET, MOVE, PLAIN, query_contexts
from workstation.adapters.dimse_receiver import Receiver
from workstation.adapters.dimse_site import DimseSite
from workstation.dicom import queries
from workstation.services.selftest import Check, Finding, Verdict
from workstation.settings import Site
from workstation.text import tr, trn

_CT: Final = "1.2.840.10008.5.1.4.1.1.2"
#: Comprehensive 3D SR, Key Object Selection, Grayscale Softcopy Presentation State.
_OURS: Final = {
    "1.2.840.10008.5.1.4.1.1.88.34": "SR",
    "1.2.840.10008.5.1.4.1.1.88.59": "KO",
    "1.2.840.10008.5.1.4.1.1.11.1": "GSPS",
}


def checks(site: Site, since: str) -> tuple[tuple[str, Check], ...]:
    """`since`: studies of this day (YYYYMMDD) and later are counted."""
    asked = _Asked(DimseSite(site), since)
    retrieval = tr("C-MOVE") if site.dimse_retrieve == "move" else tr("C-GET")
    return (
        (tr("C-ECHO"), asked.echo),
        (tr("C-FIND"), asked.find),
        (retrieval, asked.move if site.dimse_retrieve == "move" else asked.get),
        (tr("C-STORE"), asked.store),
    )


@frozen(eq=False)
class _Asked:
    _site: DimseSite
    _since: str

    def echo(self) -> Iterator[Finding]:
        ms = f"{self._site.echo():.0f}"
        yield Finding(tr("C-ECHO"), Verdict.GOOD, tr("answered in {ms} ms", ms=ms))

    def find(self) -> Iterator[Finding]:
        with self._site.line(query_contexts(FIND)) as line:
            count = sum(1 for _ in line.find(queries.studies(StudyDate=f"{self._since}-")))
        text = trn(count, "{n} study of the last days", "{n} studies of the last days")
        yield Finding(tr("C-FIND"), Verdict.GOOD if count else Verdict.LESS, text)

    def get(self) -> Iterator[Finding]:
        contexts = [*query_contexts(GET), *dimse_contexts.storage([_CT])]
        with self._site.line(contexts, received=[_CT], taken=lambda _: 0) as line:
            service, packed = GET in line.offered, len(line.syntaxes(_CT))
        yield from _judged(tr("C-GET"), service, packed)

    def move(self) -> Iterator[Finding]:
        name = tr("C-MOVE")
        with Receiver(self._site.site).awaiting({}), self._site.line(query_contexts(MOVE)) as line:
            offered = MOVE in line.offered
        where = self._site.site.dimse_receiver
        if offered:
            text = tr("offered; this desk listens at {address} as {title} while images come",
                      address=where, title=self._site.site.dimse_ae)  # fmt: skip
            yield Finding(name, Verdict.GOOD, text)
        else:
            yield Finding(name, Verdict.BAD, tr("not offered"))

    def store(self) -> Iterator[Finding]:
        contexts = [build_context(uid, list(PLAIN)) for uid in _OURS]
        with self._site.line(contexts) as line:
            missing = [name for uid, name in _OURS.items() if uid not in line.offered]
        if missing:
            text = tr("not taken: {what}", what=", ".join(missing))
            yield Finding(tr("C-STORE"), Verdict.BAD, text)
        else:
            text = tr("documents of ours are taken: {what}", what=", ".join(_OURS.values()))
            yield Finding(tr("C-STORE"), Verdict.GOOD, text)


def _judged(name: str, service: bool, syntaxes: int) -> Iterator[Finding]:
    if not service or not syntaxes:
        yield Finding(name, Verdict.BAD, tr("not offered"))
        return
    text = trn(
        syntaxes,
        "offered; CT in {n} transfer syntax",
        "offered; CT in {n} transfer syntaxes",
    )
    yield Finding(name, Verdict.GOOD, text)
