"""What a command may touch: services, passed in. There is no global to reach for."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.decision_aid import Aid
from workstation.domain.identifiers import SiteId
from workstation.protocols.dicom_listing import Listing
from workstation.services.audit import Audit
from workstation.services.delivery.alarms import Alarms
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.delivery.movie_saving import MovieSaving
from workstation.services.delivery.picture_saving import PictureSaving
from workstation.services.delivery.planes_saving import PlanesSaving
from workstation.services.delivery.segments_saving import SegmentsSaving
from workstation.services.images.loading import Loader
from workstation.services.images.object_headers import ObjectHeaders
from workstation.services.jobs import Jobs
from workstation.services.own_keys import OwnKeys
from workstation.services.queue.announced import Announced
from workstation.services.queue.list_views import ListViews
from workstation.services.queue.site_tests import SiteTests
from workstation.services.queue.worklist import Row, Worklist
from workstation.services.reading.chart import Chart, OpenDocument
from workstation.services.reading.desk_lock import DeskLock
from workstation.services.reading.elsewhere import Elsewhere
from workstation.services.reading.launching import Launching
from workstation.services.reading.local_case import LocalCase
from workstation.services.reading.prefetch import Prefetch
from workstation.services.reading.prior_reports import PriorReport
from workstation.services.reading.session import ReadingSession
from workstation.services.reading.shared_context import SharedContext
from workstation.services.reading.shift import Shift, SiteFigures
from workstation.services.reading.signing import Signing
from workstation.services.report.autotexts import Autotexts
from workstation.services.report.critical_results import CriticalResults
from workstation.services.report.open_calls import OpenCalls
from workstation.services.report.own_templates import OwnTemplates
from workstation.services.report.reporting import Reporting
from workstation.services.report.spelling import Spelling
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.dictation_buttons import DictationButtons
from workstation.services.speech.listening import Listening
from workstation.services.viewer.cine import Cine
from workstation.services.viewer.lesions import Lesions
from workstation.services.viewer.registering import Registering
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.viewer import Viewer
from workstation.settings import Site


class Place(StrEnum):
    """What a menu can be opened on."""

    VIEW = "view"
    THUMBNAIL = "thumbnail"
    MEASUREMENT = "measurement"
    ROW = "row"


class Windows(Protocol):
    """The windows, as far as commands see them; `ui.windows.Shell` in the program."""

    @property
    def selected_row(self) -> Row | None:
        """The worklist row the reader is on."""
        ...

    @property
    def hidden_rows(self) -> int:
        """Rows of the worklist that a filter hides now."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """Banners and the status bar's words."""
        ...

    def show_page(self, page: str) -> None:
        """Bring up "worklist", "reading", "report" or "outbox"."""
        ...

    def arrange(self, mode: str) -> None:
        """ "one" window, or "many": worklist, viewer and report as windows of their own."""
        ...

    def open_palette(self, line: str = "") -> None:
        """With the beginning of a command line, for the reader to finish."""
        ...

    def open_keys(self) -> None: ...

    def open_key_bindings(self) -> None:
        """The keys, to be changed."""
        ...

    def open_menu(self) -> None:
        """Every command by its group."""
        ...

    def open_context(self, place: Place, target: str, *, at_pointer: bool) -> None:
        """The menu of a thing, where the pointer or the focus is."""
        ...

    @property
    def focused(self) -> tuple[Place, str] | None:
        """What has the focus and has a menu, and which one it is."""
        ...

    def toggle_strip(self) -> None: ...

    def open_shift(self, found: Mapping[str, SiteFigures]) -> None:
        """The shift in numbers."""
        ...

    def open_priors(self, elsewhere: Elsewhere) -> None:
        """The priors of the open case, and who elsewhere may be the patient."""
        ...

    def show_prior_report(self, report: PriorReport) -> None:
        """What was written about an older study."""
        ...

    def open_order(self, chart: Chart, opened: OpenDocument | None = None) -> None:
        """The order of the open case and the patient's chart, or a document of it."""
        ...

    def open_site_test(self, site: Site) -> None:
        """The self-test of a site."""
        ...

    def open_calls(self, calls: OpenCalls) -> None:
        """Critical results that nobody was told of yet."""
        ...

    def open_aid(self, aid: Aid) -> None:
        """Ask a decision aid."""
        ...

    def open_sign_in(self) -> None: ...

    def focus_search(self) -> None: ...

    def focus_measurements(self) -> None:
        """The keys go to the list of measurements."""
        ...

    def edit_measurement(self, name: str) -> bool:
        """Ask for its words in the list; False where that is folded away."""
        ...

    def show_stat(self) -> None:
        """The list of all STAT cases."""
        ...

    def focus_pane(self, step: int) -> None: ...

    def back(self) -> None:
        """Escape: close what is open on top, else back to the list."""
        ...

    def capture(self, file: Path, which: str) -> None:
        """The window as a person sees it, overlays included."""
        ...

    def gallery(self, file: Path, ratio: float, *, mirrored: bool) -> None:
        """A picture of every state of every widget."""
        ...

    def show_attributes(self, found: Listing, title: str) -> None:
        """The attributes of an object, to be read and searched."""
        ...

    def measure_screen(self) -> None:
        """Ask how large the screen of the images is, with something held against it."""
        ...

    def copy_text(self, text: str) -> None:
        """To the clipboard."""
        ...

    def copy_picture(self) -> bool:
        """The active view to the clipboard, without whose it is; False where it cannot be."""
        ...

    def view_pixels(self) -> NDArray[np.uint8] | None:
        """The active view as it is seen, without whose it is, (rows, columns, 3); None where
        nothing is on it. Raises CommandError while a picture of it is being made."""
        ...

    def choose_files(self, *, folder: bool) -> None:
        """Ask for a folder or a file of this machine, and open it."""
        ...

    def ask_file(self, title: str, line: str, *, write: bool) -> None:
        """Ask for a file of this machine and send the line with it behind."""
        ...

    def offer_corrections(self) -> None:
        """What may have been meant by a word of the report that nobody knows."""
        ...

    def open_templates(self) -> None:
        """Templates, to be found, used, written and changed."""
        ...

    def open_autotexts(self) -> None:
        """Autotexts, to be found, read, made and changed."""
        ...

    def tell(self, message: str) -> None:
        """One line for the reader, until the next command."""
        ...

    def close_all(self) -> None: ...


@frozen(kw_only=True, eq=False)
class AllServices:
    """Everything the program is made of, by the name under which a command finds it."""

    worklist: Worklist
    session: ReadingSession
    viewer: Viewer
    loader: Loader
    reporting: Reporting
    deliveries: Deliveries
    signing: Signing
    audit: Audit
    files: LocalCase
    segments: Segmenting
    lesions: Lesions
    segments_saving: SegmentsSaving
    filing: MeasurementFiling
    saving: PlanesSaving
    movies: MovieSaving
    pictures: PictureSaving
    cine: Cine
    desk: DeskLock
    critical: CriticalResults
    calls: OpenCalls
    dictation: Dictation
    listening: Listening
    buttons: DictationButtons
    headers: ObjectHeaders
    registering: Registering
    alarms: Alarms
    prefetch: Prefetch
    elsewhere: Elsewhere
    chart: Chart
    views: ListViews
    autotexts: Autotexts
    spelling: Spelling
    own_templates: OwnTemplates
    own_keys: OwnKeys
    shift: Shift
    site_tests: SiteTests
    launching: Launching
    shared: SharedContext
    announced: Mapping[SiteId, Announced]
    jobs: Jobs


@frozen(kw_only=True, eq=False)
class CommandContext(AllServices):
    """Passed to every command: the services and the windows."""

    windows: Windows

    @classmethod
    def of(cls, services: AllServices, windows: Windows) -> "CommandContext":
        found = {field.name: getattr(services, field.name) for field in attrs.fields(AllServices)}
        return cls(**found, windows=windows)

    @property
    def active(self) -> frozenset[str]:
        """The `when` keys that hold now: signed-in, row, case, files, image, prior,
        measurement, key-image, report."""
        case = self.session.case
        found = {
            "signed-in": any(site.reader is not None for site in self.worklist.sites),
            "row": self.windows.selected_row is not None,
            "case": case is not None,
            "image": any(v.display_set is not None for v in self.viewer.viewports),
            "prior": case is not None and bool(case.priors),
            "measurement": bool(self.viewer.measurements or self.viewer.reported),
            "key-image": bool(self.viewer.key_images),
            "files": bool(self.files.refs),
            "report": self.reporting.report is not None,
        }
        return frozenset(key for key, holds in found.items() if holds)

    def may_export(self, site: SiteId) -> bool:
        return self.session.site(site).export
