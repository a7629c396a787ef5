"""Supporting: what a report rests on, measurements, key images and priors, and how they get in.

A number in a text keeps its link to where it was measured; what changes there is told here.
"""

from collections.abc import Iterable, Mapping, Sequence

from workstation.domain.autotext import Variable
from workstation.domain.calibration import Calibration
from workstation.domain.identifiers import StudyRef
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.report import FieldRef
from workstation.domain.report_field import Link
from workstation.services.report.autotext_edits import with_autotext
from workstation.services.report.autotexts import Autotexts
from workstation.services.report.cited_lines import with_lines
from workstation.services.report.drafting import Drafting
from workstation.services.report.drafts import NO_VIEWS, Views
from workstation.services.report.evidence import Line
from workstation.services.report.report_edits import (
    ordered_side,
    with_citation,
    with_key_image,
)
from workstation.services.screen.citing import Citation, cite, value_words
from workstation.text import tr


class Supporting(Drafting):
    """What `Checking` builds on. Home thread."""

    # --- measurements -------------------------------------------------------------------

    def compared_with(self, ref: StudyRef, patient: Patient, label: str) -> None:
        """An older study of the same patient is on the screen and may be cited."""
        self._evidence.allow_prior(self._report().binding, ref, patient, label)

    def compared_no_more(self, ref: StudyRef) -> None:
        """What stood on the screen as an older study of the patient is somebody else's."""
        self._evidence.forget_prior(ref)

    def take_measurements(
        self,
        measurements: Iterable[Measurement],
        key_images: Iterable[KeyImage] = (),
        scales: Iterable[Calibration] = (),
        views: Views = NO_VIEWS,
    ) -> None:
        """All marks as they are now; a measurement that is gone was deleted."""
        if self.report is not None:
            now = tuple(measurements)
            self._evidence.take(now)
            self._keep(now, tuple(key_images), tuple(scales), views)
            self._announce()

    def take_segments(self, segments: Iterable[Measurement]) -> None:
        """What was drawn as it measures now; its voxels are kept apart from the draft."""
        if self.report is not None:
            self._evidence.take_segments(segments)
            self._announce()

    @property
    def evidence(self) -> tuple[Line, ...]:
        """Measurements there are, with "" / "linked" / "changed" as the text cites them."""
        return self._evidence.lines(self.report)

    @property
    def known_measurements(self) -> Mapping[tuple[str, str], Measurement | None]:
        """By (study, name), as they are now; None where one was deleted."""
        return self._evidence.known

    def value_now(self, link: Link) -> str:
        """What a cited measurement is now, in the words of the text; empty when deleted."""
        now = self._evidence.known.get((link.study, link.measurement))
        return value_words(now) if now is not None else ""

    def insert_measurement(self, measurement: Measurement) -> None:
        """Put a measurement into the current field, with a link to where it was made.

        A number field takes its number; any other gets the words at the caret, or behind
        its text.

        Raises
        ------
        Refused
            It is not of this study, nor of a prior that is shown beside it.
        """
        self._need_writable()
        prior = self._evidence.label(self._report().binding, measurement)
        self._stay_on_a_field()
        ref = self._current()
        changed, caret = with_citation(self._open_field(ref), measurement, prior, self.caret)
        self._evidence.cited(measurement)
        self._change(self._report().with_field(ref, changed))
        if caret is not None and self.caret is not None:
            self.go_to(ref, caret)

    def insert_measurements(self, measurements: Sequence[Measurement]) -> None:
        """A line for each at the caret, with its name and a link, as one step of undo.

        Raises
        ------
        CommandError
            The field takes a number.
        Refused
            One is not of this study, nor of a prior that is shown beside it.
        """
        binding = self._report().binding
        cited = [(each, cite(each, self._evidence.label(binding, each))) for each in measurements]
        lines = [
            f"{number}. {each.text or each.id}: {citation.words}"
            for number, (each, citation) in enumerate(cited, 1)
        ]
        links = [citation.link for _, citation in cited]
        self.write(lambda field, caret: with_lines(field, caret, lines, links))
        for each in measurements:
            self._evidence.cited(each)

    def insert_key_image(self, key: KeyImage) -> None:
        """Say at the caret, or behind the text of the current field, where a key image is.

        Raises Refused where it is not of this study, nor of a prior shown beside it.
        """
        self._need_writable()
        prior = self._evidence.label(self._report().binding, key)
        self._stay_on_a_field()
        ref = self._current()
        changed, caret = with_key_image(self._open_field(ref), key, prior, self.caret)
        self._change(self._report().with_field(ref, changed))
        if self.caret is not None:
            self.go_to(ref, caret)

    def link_at(self, ref: FieldRef, at: int) -> Link | None:
        """The measurement whose words a place of a field lies in."""
        report = self.report
        each = report.field(ref) if report is not None else None
        for link in each.links if each is not None else ():
            start = each.text.find(link.text) if each is not None else -1
            if 0 <= start <= at <= start + len(link.text):
                return link
        return None

    @property
    def link_here(self) -> Link | None:
        """The one at the caret; of a field that is taken whole its first."""
        found = self._current_field()
        if found is None or self.current is None:
            return None
        if self.caret is None:
            return next(iter(found.links), None)
        return self.link_at(self.current, self.caret)

    def accept_measurement(self, which: str = "") -> None:
        """Take changed values into the text; words of a deleted one stay, without a link.

        `which` names one measurement ("A1"); without it all that changed are taken.
        """
        report = self._evidence.accept(self._report(), which)
        if report is not self.report:
            self._change(report)

    # --- autotexts --------------------------------------------------------------------

    def insert_autotext(
        self,
        autotexts: Autotexts,
        name: str,
        measurement: Measurement | None = None,
        *,
        typed: int = 0,
    ) -> None:
        """Put an autotext at the caret, as one step of undo; its first hole is taken then.

        `measurement` is what `{measurement}` means, with its link; `typed` letters before
        the caret stood for the name and go.

        Raises
        ------
        CommandError
            There is no such autotext, or the field takes no words.
        Refused
            The measurement is not of this study, nor of a prior shown beside it.
        """
        citation = self._citation(measurement)
        expansion = autotexts.expand(name, self._facts(citation))
        cited = citation if Variable.MEASUREMENT in expansion.used else None
        link = cited.link if cited else None
        self.write(lambda field, caret: with_autotext(field, caret, expansion, link, typed))
        if cited is not None and measurement is not None:
            self._evidence.cited(measurement)
        self.take_hole_within(len(expansion.text))

    def _citation(self, measurement: Measurement | None) -> Citation | None:
        if measurement is None:
            return None
        return cite(measurement, self._evidence.label(self._report().binding, measurement))

    def _facts(self, citation: Citation | None) -> Mapping[Variable, str]:
        """What the variables of an autotext are now; of the patient there is nothing."""
        item = self.item
        sides = {"L": tr("left"), "R": tr("right")}
        now = self._saver.at_site(self._clock.now())
        return {
            Variable.DATE: now.date().isoformat(),
            Variable.TIME: now.strftime("%H:%M"),
            Variable.SIDE: sides.get(ordered_side(item), "") if item else "",
            Variable.COMPARISON: "; ".join(self._evidence.priors),
            Variable.MEASUREMENT: citation.words if citation else "",
        }
