"""All marks of a reader on one study, as they are sealed until documents are made of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from attrs import frozen

from workstation.domain.identifiers import AccessionNumber, SiteId, StudyRef, StudyUID, derived_uid
from workstation.domain.key_image import KeyImage, SeenFrame
from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.reader import Reader
from workstation.services.screen import drafted_key_images, drafted_measurements


@frozen
class MarkedStudy:
    """Enough to write the documents later: nothing of the case need be open then.

    `accession` is that of the case it was marked in; a prior has another one of its own.
    """

    ref: StudyRef
    accession: AccessionNumber
    patient: Patient
    reader: Reader
    at: datetime  # in the zone of the site
    measurements: tuple[Measurement, ...] = ()
    key_images: tuple[KeyImage, ...] = ()
    seen: tuple[SeenFrame, ...] = ()  # images that were measured

    @property
    def count(self) -> int:
        return len(self.measurements) + len(self.key_images)

    @property
    def id(self) -> str:
        """Of these marks: the same ones are sealed once."""
        return self.uid("marks", _marks(self))

    def uid(self, what: str, *content: Any) -> str:
        """PS3.5 B.2: a UUID as a UID, of this study, this reader and what is said."""
        named = [what, self.ref.site, self.ref.study, self.reader.id, *content]
        text = json.dumps(named, sort_keys=True, ensure_ascii=True)
        return derived_uid(text)


def _marks(marked: MarkedStudy) -> Mapping[str, Any]:
    return {
        "measurements": plain_measurements(marked.measurements),
        "key_images": plain_keys(marked.key_images),
    }


def plain_measurements(measurements: Sequence[Measurement]) -> list[Any]:
    return [dict(drafted_measurements.to_plain(m)) for m in measurements]


def plain_keys(keys: Sequence[KeyImage]) -> list[Any]:
    return [dict(drafted_key_images.to_plain(key)) for key in keys]


def to_json(marked: MarkedStudy) -> str:
    who = marked.patient
    born = who.birth_date.isoformat() if who.birth_date else ""
    body = {
        "ref": [marked.ref.site, marked.ref.study],
        "accession": marked.accession,
        "patient": [who.name, who.id, who.issuer, born, who.sex],
        "reader": [marked.reader.id, marked.reader.name],
        "at": marked.at.isoformat(),
        **_marks(marked),
        "seen": [dict(drafted_key_images.seen_to_plain(each)) for each in marked.seen],
    }
    return json.dumps(body, sort_keys=True, ensure_ascii=False)


def from_json(body: str) -> MarkedStudy:
    """Raises KeyError, TypeError or ValueError; never half of it."""
    read = json.loads(body)
    site, study = read["ref"]
    name, identifier, issuer, born, sex = read["patient"]
    return MarkedStudy(
        StudyRef(SiteId(site), StudyUID(study)),
        AccessionNumber(read["accession"]),
        Patient(name, identifier, issuer, date.fromisoformat(born) if born else None, sex),
        Reader(*read["reader"]),
        datetime.fromisoformat(read["at"]),
        tuple(map(drafted_measurements.from_plain, read["measurements"])),
        tuple(map(drafted_key_images.from_plain, read["key_images"])),
        # Marks sealed by earlier versions have none.
        tuple(map(drafted_key_images.seen_from_plain, read.get("seen", []))),
    )
