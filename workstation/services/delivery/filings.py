"""One document of ours on its way to an archive, and how far it is."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from workstation.domain.identifiers import AccessionNumber, SiteId, StudyRef, StudyUID
from workstation.protocols.delivery import State
from workstation.services.ports.keeping import Put, Remove

#: Before the keys of what is sealed and not acknowledged, in table "meta".
PREFIX: Final = "filing:"


class FilingKind(StrEnum):
    MARKS = "marks"  # sealed with a signature; documents are made of them as the site answers
    MEASUREMENTS = "measurements"
    KEY_IMAGES = "key-images"
    PRESENTATION = "presentation"
    REPORT = "report"  # the signed report itself, as SR
    REPORT_PDF = "report-pdf"
    SEGMENTS = "segments"  # what a reader drew
    PLANES = "planes"  # an image of a plane or slab through a volume
    MOVIE = "movie"  # a rendered volume that turns
    PICTURE = "picture"  # a view as it was seen


@frozen
class Filing:
    """`id` is the SOP Instance UID of a document; `body` its file in base64, or the marks.

    A refused one stays sealed with the reason until the reader sends it again.
    """

    id: str
    kind: FilingKind
    ref: StudyRef
    accession: AccessionNumber  # of the case it was made in
    signer: str  # only its reader's own session sends it
    sealed_at: datetime
    count: int  # of marks in it
    body: str = field(repr=False)
    state: State = State.QUEUED
    reason: str = ""
    accepted_at: datetime | None = None
    behind: str = ""  # the report it was sealed with; it goes when the site has that

    @property
    def open(self) -> bool:
        return self.state not in (State.ACKNOWLEDGED, State.REFUSED)

    def moved(self, state: State, reason: str = "") -> "Filing":
        return evolve(self, state=state, reason=reason)

    def row(self) -> Put:
        kept = {
            "kind": self.kind,
            "ref": [self.ref.site, self.ref.study],
            "accession": self.accession,
            "signer": self.signer,
            "sealed_at": self.sealed_at.isoformat(),
            "count": self.count,
            "refused": self.reason if self.state is State.REFUSED else None,
            "behind": self.behind,
            "body": self.body,
        }
        return Put("meta", PREFIX + self.id, json.dumps(kept, ensure_ascii=False))

    def gone(self) -> Remove:
        return Remove("meta", PREFIX + self.id)


def filing_of(key: str, body: str) -> Filing:
    """Raises KeyError, TypeError or ValueError where a row is not one of ours."""
    read = json.loads(body)
    site, study = read["ref"]
    refused = read["refused"]
    return Filing(
        key.removeprefix(PREFIX),
        FilingKind(read["kind"]),
        StudyRef(SiteId(site), StudyUID(study)),
        AccessionNumber(read["accession"]),
        str(read["signer"]),
        datetime.fromisoformat(read["sealed_at"]),
        int(read["count"]),
        str(read["body"]),
        State.QUEUED if refused is None else State.REFUSED,
        refused or "",
        behind=str(read.get("behind", "")),  # rows of earlier versions have none
    )
