"""A draft as JSON, words and measurements: kept on the platform or sealed here, read back whole."""

import json
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from attrs import asdict, frozen

from workstation.domain.calibration import Calibration
from workstation.domain.decision_aid import AidResult
from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId, StudyUID, TaskId
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.report import AlsoOrder, Binding, Report, ReportState, Section, SectionKind
from workstation.domain.report_field import Field, FieldKind, FieldSpec, Link
from workstation.domain.worklist import WorklistItem
from workstation.services.report import drafted_critical
from workstation.services.screen import (
    drafted_key_images,
    drafted_measurements,
    drafted_scales,
    drafted_views,
)
from workstation.viewing.viewport import ViewportState

FORMAT: Final = 1

Views = Mapping[str, ViewportState]
NO_VIEWS: Final[Views] = MappingProxyType({})


@frozen
class Draft:
    """An unfinished report, who wrote it, and what they decided about its checks."""

    report: Report
    author: str
    saved_at: str  # ISO 8601 with zone, of the machine that wrote it
    overrides: Mapping[str, str]
    predecessor: str = ""
    cited: tuple[Mapping[str, Any], ...] = ()  # measurements in the text, as they were cited
    measurements: tuple[Measurement, ...] = ()  # all of them, as they stand on the images
    key_images: tuple[KeyImage, ...] = ()
    scales: tuple[Calibration, ...] = ()  # that readers gave to images
    views: Views = NO_VIEWS  # that measurements were made in, by their names
    judged: tuple[str, str] = ("", "")  # discrepancy from the preliminary, and why

    def is_of(self, item: WorklistItem) -> bool:
        """Whether it belongs to this study, this patient and the reader who holds it now."""
        binding = self.report.binding
        return (
            (binding.site, binding.study, binding.task) == (item.site, item.study, item.task)
            and binding.patient.key == item.patient.key
            and self.author in ("", item.holder_id)
        )


class UnreadableDraft(ValueError):
    """Not a draft of ours; it is left where it is and said so."""


def to_json(draft: Draft) -> str:
    body = {
        "format": FORMAT,
        "author": draft.author,
        "saved_at": draft.saved_at,
        "overrides": dict(draft.overrides),
        "predecessor": draft.predecessor,
        "cited": [dict(each) for each in draft.cited],
        "measurements": [drafted_measurements.to_plain(m) for m in draft.measurements],
        "key_images": [drafted_key_images.to_plain(key) for key in draft.key_images],
        "scales": [drafted_scales.to_plain(scale) for scale in draft.scales],
        "judged": list(draft.judged),
        "views": {name: drafted_views.to_plain(view) for name, view in draft.views.items()},
        "report": asdict(draft.report, value_serializer=_plain),
    }
    return json.dumps(body, sort_keys=True, ensure_ascii=False)


def _plain(_owner: object, _field: object, value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def from_json(body: str) -> Draft:
    """Raises UnreadableDraft; never half a draft."""
    try:
        read = json.loads(body)
        if read["format"] != FORMAT:
            raise UnreadableDraft(f"format {read['format']!r}")
        overrides = {str(k): str(v) for k, v in read["overrides"].items()}
        return Draft(
            _report(read["report"]),
            str(read["author"]),
            str(read["saved_at"]),
            overrides,
            str(read["predecessor"]),
            tuple(dict(each) for each in read["cited"]),
            # Drafts of earlier versions have none.
            tuple(map(drafted_measurements.from_plain, read.get("measurements", []))),
            tuple(map(drafted_key_images.from_plain, read.get("key_images", []))),
            tuple(map(drafted_scales.from_plain, read.get("scales", []))),
            {str(k): drafted_views.from_plain(v) for k, v in read.get("views", {}).items()},
            _judged(read.get("judged", ["", ""])),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, UnreadableDraft):
            raise
        raise UnreadableDraft(type(error).__name__) from None


def _judged(read: list[Any]) -> tuple[str, str]:
    return str(read[0]), str(read[1])


def is_of(body: str, item: WorklistItem) -> bool:
    """Whether a text is a draft that may be restored into this case."""
    try:
        return from_json(body).is_of(item)
    except UnreadableDraft:
        return False


def _report(read: Mapping[str, Any]) -> Report:
    return Report(
        ReportId(str(read["id"])),
        _binding(read["binding"]),
        str(read["template"]),
        tuple(_section(s) for s in read["sections"]),
        ReportState(read["state"]),
        int(read["revision"]),
        str(read["language"]),
        tuple(map(drafted_critical.from_plain, read.get("critical", ()))),  # earlier ones have none
        tuple(map(_aid, read.get("aids", ()))),
    )


def _aid(read: Mapping[str, Any]) -> AidResult:
    inputs = tuple((str(key), str(value)) for key, value in read["inputs"])
    return AidResult(str(read["aid"]), str(read["version"]), inputs, str(read["words"]))


def _binding(read: Mapping[str, Any]) -> Binding:
    who = read["patient"]
    born = who["birth_date"]
    patient = Patient(
        str(who["name"]),
        str(who["id"]),
        str(who["issuer"]),
        date.fromisoformat(born) if born else None,
        str(who["sex"]),
    )
    return Binding(
        SiteId(str(read["site"])),
        StudyUID(str(read["study"])),
        AccessionNumber(str(read["accession"])),
        TaskId(str(read["task"])),
        patient,
        str(read["procedure"]),
        str(read["order_id"]),
        str(read["patient_ref"]),
        str(read["imaging_ref"]),
        tuple(map(_also, read.get("also", ()))),  # earlier drafts have none
    )


def _also(read: Mapping[str, Any]) -> AlsoOrder:
    return AlsoOrder(
        AccessionNumber(str(read["accession"])),
        TaskId(str(read["task"])),
        StudyUID(str(read["study"])),
        str(read["procedure"]),
        str(read["order_id"]),
        str(read["imaging_ref"]),
    )


def _section(read: Mapping[str, Any]) -> Section:
    return Section(
        SectionKind(read["kind"]), str(read["title"]), tuple(_field(f) for f in read["fields"])
    )


def _field(read: Mapping[str, Any]) -> Field:
    return Field(
        _spec(read["spec"]),
        str(read["text"]),
        bool(read["edited"]),
        bool(read["removed"]),
        str(read["source"]),
        tuple(_link(each) for each in read["links"]),
        tuple(str(number) for number in read.get("unsure", ())),  # earlier drafts have none
        tuple((int(start), int(end)) for start, end in read.get("bold", ())),  # neither
    )


def _link(read: Mapping[str, Any]) -> Link:
    return Link(
        str(read["measurement"]), int(read["revision"]), str(read["text"]), str(read["study"])
    )


def _spec(read: Mapping[str, Any]) -> FieldSpec:
    low, high = read["low"], read["high"]
    return FieldSpec(
        str(read["id"]),
        str(read["label"]),
        FieldKind(read["kind"]),
        str(read["default"]),
        bool(read["required"]),
        str(read["unit"]),
        tuple(str(option) for option in read["options"]),
        bool(read["advised"]),
        tuple(str(word) for word in read["say"]),
        None if low is None else float(low),
        None if high is None else float(high),
        str(read.get("normal", "")),
        _pair(read.get("only_if", ("", ""))),
    )


def _pair(read: Any) -> tuple[str, str]:
    first, second = read
    return str(first), str(second)
