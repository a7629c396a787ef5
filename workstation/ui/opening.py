"""What commands open over the windows: dialogs, menus of files, and what other rooms open."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QWidget

from workstation.domain.decision_aid import Aid
from workstation.errors import CommandError
from workstation.protocols.dicom_listing import Listing
from workstation.services.ports.clock import Clock
from workstation.services.reading.chart import Chart, OpenDocument
from workstation.services.reading.elsewhere import Elsewhere
from workstation.services.reading.prior_reports import PriorReport
from workstation.services.reading.shift import SiteFigures
from workstation.services.report.open_calls import OpenCalls
from workstation.services.signal import Signal
from workstation.settings import Site, is_loopback
from workstation.text import tr
from workstation.ui import dialogs
from workstation.ui.aid_dialog import AidDialog
from workstation.ui.attributes import AttributesDialog
from workstation.ui.calls_dialog import CallsDialog
from workstation.ui.choosing import ask_file, choose_files
from workstation.ui.gallery import picture
from workstation.ui.order_panel import OrderPanel
from workstation.ui.prior_report_dialog import PriorReportDialog
from workstation.ui.priors_dialog import PriorsDialog, person
from workstation.ui.shift_dialog import ShiftDialog
from workstation.ui.site_test_dialog import SiteTestDialog
from workstation.ui.standing import Shown


class Opening(ABC):
    """Dialogs belong over the window that the reader is in, one at a time. See `Shell`."""

    def __init__(self, shown: Shown) -> None:
        #: The tool strip is to be hidden, or shown again.
        self.strip_asked: Signal[None] = Signal()
        #: Copies the active view without whose it is; False where it cannot be.
        self.copy_view: Callable[[], bool] = lambda: False
        self.pixels_of_view: Callable[[], NDArray[np.uint8] | None] = lambda: None
        #: Corrections of a marked word of the report are to be offered.
        self.corrections_asked: Signal[None] = Signal()
        #: Templates are to be opened over a window.
        self.templates_asked: Signal[QWidget] = Signal()
        #: Autotexts are to be opened over a window.
        self.autotexts_asked: Signal[QWidget] = Signal()
        #: The keys are to be changed over a window.
        self.key_bindings_asked: Signal[QWidget] = Signal()
        #: The screen of the images is to be measured.
        self.screen_asked: Signal[None] = Signal()
        self._shown = shown

    @property
    @abstractmethod
    def front(self) -> QWidget:
        """The window that the reader is in: where a dialog belongs."""

    @abstractmethod
    def run(self, line: str) -> None:
        """A command line of a key, a button or the palette; what goes wrong is said."""

    def toggle_strip(self) -> None:
        self.strip_asked.emit(None)

    @property
    def clock(self) -> Clock:
        return self._shown.clock

    def open_key_bindings(self) -> None:
        if dialogs.current(self.front) is None:
            self.key_bindings_asked.emit(self.front)

    def open_shift(self, found: Mapping[str, SiteFigures]) -> None:
        if dialogs.current(self.front) is None:
            ShiftDialog(self.front, found).open()

    def open_priors(self, elsewhere: Elsewhere) -> None:
        if dialogs.current(self.front) is None:
            PriorsDialog(self.front, self._shown.session, elsewhere, self.run).open()

    def show_prior_report(self, report: PriorReport) -> None:
        case = self._shown.session.case
        if case is not None and dialogs.current(self.front) is None:
            whose = person(report.prior.patient or case.item.patient, case.item)
            PriorReportDialog(self.front, report, whose, self.run).open()

    def open_order(self, chart: Chart, opened: OpenDocument | None = None) -> None:
        panel = dialogs.current(self.front)
        if panel is None:
            panel = OrderPanel(self.front, self._shown.session, chart, self.run)
            panel.open()
        if opened is not None and isinstance(panel, OrderPanel):
            panel.show_document(opened)

    def open_site_test(self, site: Site) -> None:
        if dialogs.current(self.front) is None:
            dialog = SiteTestDialog(self.front, site, self._shown.site_tests.run)
            dialog.open(dialog.user if is_loopback(site.issuer) else None)

    def open_calls(self, calls: OpenCalls) -> None:
        if dialogs.current(self.front) is None:
            names = {site.id: site.name for site in self._shown.worklist.sites}
            CallsDialog(self.front, calls, names, self._shown.clock, self.run).show_it()

    def open_aid(self, aid: Aid) -> None:
        case = self._shown.session.case
        if dialogs.current(self.front) is None:
            whose = person(case.item.patient, case.item) if case is not None else ""
            AidDialog(self.front, aid, whose, self.run).show_it()

    def gallery(self, file: Path, ratio: float, *, mirrored: bool) -> None:
        if not picture(ratio, rightward=not mirrored).save(str(file)):
            raise CommandError(tr("the picture cannot be written: {file}", file=file.name))

    def show_attributes(self, found: Listing, title: str) -> None:
        AttributesDialog(self.front, found, title, self.run).show_it()

    def measure_screen(self) -> None:
        self.screen_asked.emit(None)

    def copy_text(self, text: str) -> None:
        QApplication.clipboard().setText(text)

    def copy_picture(self) -> bool:
        return self.copy_view()

    def view_pixels(self) -> NDArray[np.uint8] | None:
        return self.pixels_of_view()

    def choose_files(self, *, folder: bool) -> None:
        choose_files(self.front, self.run, folder=folder)

    def ask_file(self, title: str, line: str, *, write: bool) -> None:
        ask_file(self.front, self.run, title, line, write=write)

    def offer_corrections(self) -> None:
        self.corrections_asked.emit(None)

    def open_templates(self) -> None:
        if dialogs.current(self.front) is None:
            self.templates_asked.emit(self.front)

    def open_autotexts(self) -> None:
        if dialogs.current(self.front) is None:
            self.autotexts_asked.emit(self.front)
