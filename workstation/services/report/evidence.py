"""What may be cited in a report, what is, and whether it is still as it was cited."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from workstation.domain.identifiers import StudyRef
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.report import Binding, Report
from workstation.errors import Refused
from workstation.services.report.checks import link_state
from workstation.services.report.report_edits import accepted, links_of
from workstation.services.screen.citing import described
from workstation.text import tr

Key = tuple[str, str]  # study, name of the measurement
Line = tuple[Measurement, str]


class Evidence:
    """The measurements of the open report. Home thread; owned by `Reporting`.

    Nothing of another patient gets in: only the study the report is bound to, and the
    priors that stand beside it on the screen.
    """

    def __init__(self) -> None:
        self._priors: dict[StudyRef, str] = {}
        self._measured: tuple[Measurement, ...] = ()
        self._segments: tuple[Measurement, ...] = ()
        self._known: dict[Key, Measurement | None] = {}  # None: it was deleted
        self._cited: dict[Key, Mapping[str, Any]] = {}  # as it was when it was cited

    def allow_prior(self, binding: Binding, ref: StudyRef, patient: Patient, label: str) -> None:
        """An older study on the screen may be cited. Raises Refused for another patient."""
        if patient.key != binding.patient.key:
            raise Refused(tr("this study is of another patient; it cannot be cited here"))
        self._priors[ref] = label

    def forget_prior(self, ref: StudyRef) -> None:
        """It is of somebody else: it may be cited no more."""
        self._priors.pop(ref, None)

    @property
    def has_priors(self) -> bool:
        """An older study was shown while this report was written."""
        return bool(self._priors)

    @property
    def priors(self) -> tuple[str, ...]:
        """What the older studies that were shown are called."""
        return tuple(self._priors.values())

    def label(self, binding: Binding, mark: Measurement | KeyImage) -> str:
        """The label of the prior it is on, empty for the current study. Raises Refused."""
        ref = StudyRef(mark.frame.site, mark.frame.study)
        if ref == StudyRef(binding.site, binding.study):
            return ""
        if ref not in self._priors:
            raise Refused(tr("this mark is on another study; it cannot be cited here"))
        return self._priors[ref]

    def take(self, measurements: Iterable[Measurement]) -> None:
        """All measurements as they are now; one that is gone was deleted."""
        self._measured = tuple(measurements)
        self._take()

    def take_segments(self, segments: Iterable[Measurement]) -> None:
        """The same, of what was drawn."""
        self._segments = tuple(segments)
        self._take()

    def _take(self) -> None:
        marks = (*self._measured, *self._segments)
        now: dict[Key, Measurement | None] = {_key(m): m for m in marks}
        gone: dict[Key, Measurement | None] = {k: None for k in self._known if k not in now}
        self._known = {**gone, **now}

    def cited(self, measurement: Measurement) -> None:
        """Remember a measurement as it stands in the text."""
        self._known.setdefault(_key(measurement), measurement)
        self._cited[_key(measurement)] = described(measurement)

    def accept(self, report: Report, which: str) -> Report:
        """The report with changed values taken into its text."""
        changed, fresh = accepted(report, self._known, which)
        for link in fresh:
            now = self._known.get((link.study, link.measurement))
            if now is not None:
                self._cited[_key(now)] = described(now)
        return changed

    def lines(self, report: Report | None) -> tuple[Line, ...]:
        """Measurements there are, and "" / "linked" / "changed" as the text cites them."""
        words = {"same": "linked", "changed": "changed"}
        states = {
            (link.study, link.measurement): words.get(link_state(link, self._known), "")
            for link in links_of(report)
        }
        return tuple((m, states.get(key, "")) for key, m in self._known.items() if m is not None)

    def sent_with(self, report: Report) -> tuple[Mapping[str, Any], ...]:
        """The measurements the text cites, as they were cited."""
        keys = {(link.study, link.measurement) for link in links_of(report)}
        return tuple(self._cited[key] for key in sorted(keys) if key in self._cited)

    @property
    def known(self) -> Mapping[Key, Measurement | None]:
        return MappingProxyType(dict(self._known))

    @property
    def as_cited(self) -> tuple[Mapping[str, Any], ...]:
        """For a draft: every measurement that was cited so far."""
        return tuple(self._cited.values())

    def restore(self, cited: Iterable[Mapping[str, Any]]) -> None:
        """Of a draft taken up again; those measurements stand as they were cited."""
        self._cited = {(str(c.get("study_uid", "")), str(c.get("id", ""))): c for c in cited}


def _key(measurement: Measurement) -> Key:
    return measurement.frame.study, measurement.id
