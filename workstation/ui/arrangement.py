"""Which pane stands in which window: all in one, or worklist, images and report apart."""

from collections.abc import Callable, Mapping
from functools import partial

from attrs import frozen
from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from workstation.commands.bindings import Scope
from workstation.errors import CommandError
from workstation.services.delivery.alarms import Alarm
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.alarm_bar import Waiting
from workstation.ui.bars import CaseBar, TopBar
from workstation.ui.frames import Frame, focus_into, side_by_side, take_out
from workstation.ui.outbox import OutboxPage
from workstation.ui.standing import Shown
from workstation.ui.status_bar import StatusBar
from workstation.ui.telling import Telling
from workstation.ui.voice_meter import VoiceMeter
from workstation.ui.worklist import WorklistPane

REPORT_WIDTH = 488

#: The pages of the first window, in the order in which they were added; `_EMPTY` is none that
#: can be asked for.
_PAGES = {"worklist": 0, "reading": 1, "outbox": 2}
_EMPTY = 3


@frozen(eq=False)
class Panes:
    """What there is to be arranged."""

    worklist: WorklistPane
    viewer: QWidget
    report: QWidget
    outbox: OutboxPage

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        return (self.worklist, self.viewer, self.report, self.outbox)


class Arrangement:
    """Owned by the shell; GUI thread. The windows, and the page that is in front.

    `run` takes a command line: a window that is closed goes by a command like any other.
    """

    def __init__(
        self,
        panes: Panes,
        shown: Shown,
        telling: Telling,
        run: Callable[[str], None],
        banner: str,
    ) -> None:
        self.page = "worklist"
        self.many = False
        self.panes = panes
        self._shown, self._telling, self._run, self._banner = shown, telling, run, banner
        self._keys: Mapping[str, str] = {}
        self._no_case = plain.label()
        titles = (
            ("worklist", tr("Worklist")),
            ("reading", tr("Reading")),
            ("outbox", tr("Outbox")),
        )
        self.top = TopBar(titles, run, banner)
        self._reading = QSplitter()
        self._reading.setChildrenCollapsible(False)
        self._reading.setHandleWidth(2)
        self.main = self._frame(tr("worklist"), lambda: run("quit"))
        self.main.at_home = lambda: self._focus_page(self.page)
        self.main.bars.addWidget(self.top)
        self.main.bars.addWidget(self._case_bar())
        for page in (panes.worklist, self._reading, panes.outbox, _page_of(self._no_case)):
            self.main.pages.addWidget(page)
        self._frames: dict[str, Frame] = {"worklist": self.main}
        self._into_one()

    # --- windows --------------------------------------------------------------

    @property
    def windows(self) -> tuple[Frame, ...]:
        """Every window there is now."""
        return tuple(self._frames.values())

    @property
    def front(self) -> QWidget:
        """The window that the reader is in."""
        active = QApplication.activeWindow()
        return active if active in self._frames.values() and active else self.main

    @property
    def is_reading(self) -> bool:
        """Whether images and report can be seen."""
        return self.page == "reading" or self.many

    def arrange(self, mode: str) -> None:
        """ "one" window, or "many"."""
        if (mode == "many") == self.many:
            return
        if mode == "many":
            self._into_many()
        else:
            self._into_one()
        self.show_page(self.page)

    def show_alarms(self) -> None:
        """The same in every window."""
        alarms = self._shown.alarms
        sites = {site.id: site for site in self._shown.worklist.sites}

        def of(each: Alarm) -> Waiting:
            there = sites[each.site]
            row = self._shown.worklist.find(each.accession, each.site)
            whose = row.item.patient.name if row is not None else ""
            return Waiting(there.name, alarms.phone(each.site), there.timezone, whose)

        for frame in self.windows:
            frame.alarms.show_alarms(alarms.standing, of)

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, beside what they do; windows that come later have them too."""
        self._keys = keys
        self.panes.worklist.show_keys(keys)
        self._no_case.setText(
            tr(
                "No case is open. {next} reads the next one, {list} goes to the list.",
                next=keys.get("case.next", tr("Read next")),
                list=keys.get("app.show worklist", tr("Worklist")),
            )
        )
        for frame in self.windows:
            frame.show_keys(keys)
            for bar in frame.bars.findChildren(CaseBar):
                bar.show_keys(keys)

    def ask_of_launch(self, site: str) -> None:
        for frame in self.windows:
            frame.launch.ask(site)

    def warn_of_step(self, words: str) -> None:
        for frame in self.windows:
            frame.step.warn(words)

    def close(self) -> None:
        for frame in self.windows:
            frame.really_close()

    # --- pages ----------------------------------------------------------------

    def show_page(self, page: str) -> None:
        """Bring up "worklist", "reading" (also by its "viewer" or "report") or "outbox"."""
        self.page = "reading" if page in ("viewer", "report") else page
        frame = self._frames.get("viewer" if page == "reading" else page, self.main)
        self.turn()
        frame.come_forward()
        self._focus_page(page)

    def turn(self) -> None:
        """To the page that was asked for; to an empty one while no case is open."""
        if self.many and self.page == "reading":
            return
        at = _PAGES[self.page]
        of_case = self._shown.session.case is not None
        if self.page == "reading" and not of_case and not self._shown.files.refs:
            at = _EMPTY
        arrived = at == _PAGES["reading"] and self.main.pages.currentIndex() == _EMPTY
        self.main.pages.setCurrentIndex(at)
        self.main.bars.setCurrentIndex(1 if at == _PAGES["reading"] and of_case else 0)
        self.panes.report.setVisible(of_case or self.many)
        self.top.show_page(self.page)
        if arrived:
            self._focus_page("reading")

    def focus_pane(self, step: int) -> None:
        """Give the keys to the next pane that can be seen."""
        seen = [pane for pane in self.panes.in_order if pane.isVisible()]
        now = QApplication.focusWidget()
        at = next((n for n, p in enumerate(seen) if now is p or (now and p.isAncestorOf(now))), -1)
        if seen:
            pane = seen[(at + step) % len(seen)]
            pane.window().activateWindow()
            self._focus_into(pane)

    def _focus_page(self, page: str) -> None:
        of_page = {
            "worklist": self.panes.worklist,
            "report": self.panes.report,
            "outbox": self.panes.outbox,
        }
        self._focus_into(of_page.get(page, self.panes.viewer))

    def _focus_into(self, pane: QWidget) -> None:
        if pane is self.panes.worklist:
            self.panes.worklist.focus_table()
        else:
            focus_into(pane)

    def warm(self) -> None:
        """The page that reads, laid out and drawn where nobody sees it: when a first case is
        opened its letters and icons are there, and not all made in the moment it is waited for.
        """
        if self.is_reading:
            return
        self.panes.report.setVisible(True)
        self._reading.resize(self.main.pages.size())
        self._reading.grab()
        for bar in self.main.bars.findChildren(CaseBar):
            bar.grab()
        self.turn()

    # --- pictures -------------------------------------------------------------

    def picture(self, which: str, prepare: Callable[[], None]) -> QImage:
        """The window as a person sees it: that of a role, or all windows side by side.

        `prepare` is called when it is in front, just before it is taken.
        """
        if which not in ("", "worklist", "viewer", "report"):
            raise CommandError(tr("{which} is not a window", which=which))
        if which == "worklist" and self.page != "worklist":
            return self._picture_of_list()
        if which in ("viewer", "report") and not self.many and self.page != "reading":
            self.show_page("reading")
        prepare()
        # what was said a moment ago has its room: in a picture half a time would stay for good
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        if which:
            return self._frames.get(which, self.main).grab().toImage()
        return side_by_side([frame.grab().toImage() for frame in self.windows])

    def _picture_of_list(self) -> QImage:
        """Without leaving the reader there."""
        before, self.page = self.page, "worklist"
        self.turn()
        taken = self.main.grab().toImage()
        self.show_page(before)
        return taken

    # --- inside ---------------------------------------------------------------

    def _frame(self, role: str, on_close: Callable[[], None]) -> Frame:
        status = StatusBar(
            (
                ("case.next", tr("read next")),
                ("worklist.search", tr("search")),
                ("app.palette", tr("commands")),
                ("app.keys", tr("keys")),
            )
        )
        shown = self._shown
        meter = VoiceMeter(shown.listening, shown.dictation, shown.reporting)
        status.add_voice(meter)
        self._telling.add(status)
        made = Frame(role, status, on_close, self._run)
        made.keyed = (status.show_keys, meter.show_keys)
        made.show_keys(self._keys)
        return made

    def _case_bar(self) -> CaseBar:
        made = CaseBar(self._run, self._banner)
        made.show_keys(self._keys)
        self._telling.add(made)
        return made

    def _into_one(self) -> None:
        self.many = False
        for role in ("viewer", "report"):
            frame = self._frames.pop(role, None)
            if frame is not None:
                self._telling.remove(frame.status, frame.bars.widget(0))  # type: ignore[arg-type]
                for meter in frame.status.findChildren(VoiceMeter):
                    meter.leave()
                take_out(frame.pages)
                frame.really_close()
                frame.deleteLater()
        for pane in (self.panes.viewer, self.panes.report):
            self._reading.addWidget(pane)
            pane.show()
        self._reading.setStretchFactor(0, 1)
        self._reading.setStretchFactor(1, 0)
        self._reading.setSizes([4000, REPORT_WIDTH])

    def _into_many(self) -> None:
        self.many = True
        for role, title, pane in (
            ("viewer", tr("diagnostic 1"), self.panes.viewer),
            ("report", tr("report"), self.panes.report),
        ):
            frame = self._frame(title, lambda: self._run("app.arrange one"))
            frame.at_home = partial(self._focus_page, role)
            frame.bars.addWidget(self._case_bar())
            frame.pages.addWidget(pane)
            self._frames[role] = frame
            frame.present()
            pane.show()
        self.main.pages.setCurrentIndex(0)
        self.main.bars.setCurrentIndex(0)


def _page_of(words: QWidget) -> QWidget:
    """Where the images would be, while there is no case."""
    made = plain.column(words, 0, margins=(24, 24, 24, 24))
    made.setProperty("scope", Scope.WORKLIST.value)
    return plain.ground(made, "panel")
