"""Reading over: a final reading begins with the preliminary's words, and judges them.

What it began with is remembered; how far it departs from that is said before it is signed.
"""

from collections.abc import Mapping

from attrs import evolve

from workstation.domain.report import Discrepancy, IssuedReport, Overread, SectionKind
from workstation.domain.report_states import UNSETTLED
from workstation.errors import CommandError
from workstation.services.report.issued import as_report, departs
from workstation.services.report.issued_fields import in_fields
from workstation.services.report.report_arranging import Arranging
from workstation.services.report.report_edits import first_field
from workstation.text import tr


class ReadingOver(Arranging):
    """What `Drafting` builds on. Home thread."""

    def _clear_words(self) -> None:
        super()._clear_words()
        self.notice = ""
        self.preliminary: IssuedReport | None = None  # what this reading began with
        self.judged = ("", "")  # how it departs from that, and why

    def read_over(self, issued: IssuedReport) -> None:
        """A preliminary report was issued of this case: the final reading begins with its words.

        Words that the reader wrote already stay; the preliminary is remembered all the same.
        """
        if issued.status not in UNSETTLED:
            return
        self.preliminary = issued
        report = self._report()
        if not self._wrote:
            read = as_report(issued, report.binding, self._titles(), report.template)
            source = tr("preliminary of {name}", name=issued.author)
            self.report = evolve(report, sections=in_fields(read, report, source))
            self.current, self.caret = first_field(self.report), None
            self.moved.emit(None)
        self.notice = tr("Begun with the preliminary report of {name}", name=issued.author)
        self._announce()

    def _titles(self) -> Mapping[str, SectionKind]:
        """Of sections, as templates call them."""
        return {}

    def judge(self, discrepancy: Discrepancy, why: str = "") -> None:
        """How the reading departs from the preliminary; raises CommandError without one."""
        self._need_writable()
        if self.preliminary is None:
            raise CommandError(tr("there is no preliminary report to differ from"))
        if discrepancy is Discrepancy.MAJOR and not why.strip():
            raise CommandError(tr("say in a few words what the major discrepancy is"))
        self.judged = (discrepancy.value, why.strip())
        self._written()

    @property
    def overread(self) -> Overread | None:
        """What is said of the preliminary when this is signed; None where there was none."""
        before, (found, why) = self.preliminary, self.judged
        if before is None or self.report is None:
            return None
        same = not departs(self.report, before)
        judged = Discrepancy(found) if found else Discrepancy.NONE
        return Overread(before.id, before.author, Discrepancy.NONE if same else judged, why)
