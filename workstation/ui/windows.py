"""The windows: worklist, images and report, as one window or as three."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from workstation.commands.bindings import Bindings, Scope
from workstation.commands.context import Place
from workstation.commands.menus import Menus
from workstation.commands.registry import Outcome, Registry
from workstation.domain.identifiers import TaskRef
from workstation.errors import CommandError, WorkstationError
from workstation.services.jobs import Job
from workstation.services.ports import Credentials
from workstation.services.signal import Signal
from workstation.services.worklist import Row
from workstation.text import tr
from workstation.ui import dialogs, menus, plain
from workstation.ui.actions import Keys, scope_of
from workstation.ui.bars import CaseBar, StatusBar, TopBar
from workstation.ui.choosing import choose_files
from workstation.ui.frames import Frame, focus_into, side_by_side, take_out
from workstation.ui.offering import Offering
from workstation.ui.outbox import OutboxPage
from workstation.ui.sign_in import SignInDialog
from workstation.ui.standing import Shown as Shown
from workstation.ui.standing import not_accepted
from workstation.ui.telling import REFRESH_MS, Telling
from workstation.ui.viewer.measurement_list import MeasurementList
from workstation.ui.worklist import WorklistPane

REPORT_WIDTH = 488


class Shell:
    """`commands.context.Windows` as Qt windows.

    Made in three steps, because windows, panes and commands need one another: the shell;
    then `furnish` with the panes, which take `shell.run`; then `bind` with the commands.
    """

    def __init__(
        self,
        shown: Shown,
        send: Callable[[str], Outcome],
        sign_in: Callable[[Credentials | None], Job[None]],
        *,
        banner: str = "",
        store_notice: str = "",
    ) -> None:
        self.left: Signal[None] = Signal()
        #: A picture of the windows is about to be taken.
        self.pictured: Signal[None] = Signal()
        #: The tool strip is to be hidden, or shown again.
        self.strip_asked: Signal[None] = Signal()
        self._shown, self._send, self._sign_in = shown, send, sign_in
        self._banner, self._store_notice = banner, store_notice
        self._page = "worklist"
        self._many = self._closed = False
        self.worklist = WorklistPane(
            shown.worklist, shown.deliveries, self.run, shown.clock, self._aside
        )
        self.outbox = OutboxPage(shown.worklist, shown.deliveries, shown.filing, self.run)
        self.viewer = self.report = QWidget()
        self.measurements: MeasurementList | None = None
        self._telling = Telling(shown, store_notice)
        self._frames: dict[str, Frame] = {}
        self._soon = QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(REFRESH_MS)
        self._soon.timeout.connect(self.refresh)

    # --- making ---------------------------------------------------------------

    def furnish(
        self, viewer: QWidget, report: QWidget, measurements: MeasurementList | None = None
    ) -> None:
        """Put the panes in; the list of measurements is part of the viewer."""
        self.viewer, self.report, self.measurements = viewer, report, measurements
        viewer.setProperty("scope", Scope.IMAGES.value)
        menus.place_on(self.worklist.table, Place.ROW)
        report.setProperty("scope", Scope.REPORT.value)
        self._top = TopBar(
            (("worklist", tr("Worklist")), ("reading", tr("Reading")), ("outbox", tr("Outbox"))),
            self.run,
            self._banner,
        )
        self._reading = QSplitter()
        self._reading.setChildrenCollapsible(False)
        self._reading.setHandleWidth(2)
        self._main = self._frame(tr("worklist"), lambda: self.run("quit"))
        self._main.bars.addWidget(self._top)
        self._main.bars.addWidget(self._case_bar())
        for page in (self.worklist, self._reading, self.outbox, self._made_empty()):
            self._main.pages.addWidget(page)
        self._frames["worklist"] = self._main
        self._into_one()
        self._listen()

    def bind(
        self,
        registry: Registry,
        bindings: Bindings,
        things: Menus,
        active: Callable[[], frozenset[str]],
    ) -> None:
        """Give the keys, the palette, the key sheet and the menus what they work on."""
        self._offering = Offering(registry, bindings, things, active, self.run)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._keys = Keys(app, bindings, self.run, self._scope)

    def _made_empty(self) -> QWidget:
        words = tr("No case is open. N reads the next one, Ctrl+1 goes to the list.")
        made = plain.column(plain.label(words), 0, margins=(24, 24, 24, 24))
        made.setProperty("scope", Scope.WORKLIST.value)
        return plain.ground(made, "panel")

    def _frame(self, role: str, on_close: Callable[[], None]) -> Frame:
        status = StatusBar(
            (
                ("N", tr("read next")),
                ("/", tr("search")),
                ("Ctrl+K", tr("commands")),
                ("?", tr("keys")),
            )
        )
        self._telling.add(status)
        return Frame(role, status, on_close)

    def _case_bar(self) -> CaseBar:
        made = CaseBar(self.run, self._banner)
        self._telling.add(made)
        return made

    def _listen(self) -> None:
        shown = self._shown
        for signal in (
            shown.worklist.changed,
            shown.deliveries.changed,
            shown.filing.changed,
            shown.reporting.draft_changed,
        ):
            signal.connect(lambda _: self.refresh_soon())
        shown.session.changed.connect(lambda _: self.refresh())
        shown.files.changed.connect(lambda _: self.refresh())
        shown.loader.news.connect(lambda words: self.tell(words[1]))
        shown.loader.problems.connect(lambda words: self.refuse(words[1]))

    # --- running commands -----------------------------------------------------

    def run(self, line: str) -> None:
        """A command line of a key, a button or the palette; what goes wrong is said."""
        self.tell("")
        try:
            outcome = self._send(line)
        except WorkstationError as error:
            self.refuse(str(error))
            return
        if outcome is not None:
            outcome.then(self._ended)

    def _ended(self, job: Job[object]) -> None:
        if isinstance(job.error, WorkstationError):
            self.refuse(str(job.error))

    def tell(self, message: str) -> None:
        """News in the status bar's own slot, until the next command."""
        self._telling.say(message, wrong=False)

    def refuse(self, message: str) -> None:
        """Why something did not work, in the same place."""
        self._telling.say(message, wrong=True)

    # --- commands.context.Windows ---------------------------------------------

    @property
    def selected_row(self) -> Row | None:
        return self.worklist.selected

    @property
    def hidden_rows(self) -> int:
        return self.worklist.hidden_rows

    @property
    def notices(self) -> tuple[str, ...]:
        said = (self._banner, self._store_notice, self._telling.news, self._telling.message)
        return tuple(filter(None, said))

    def show(self) -> None:
        """The first paint."""
        self._main.present()
        self.worklist.start()
        self._telling.start()
        self.refresh()
        self.worklist.focus_table()

    def show_page(self, page: str) -> None:
        self._page = "reading" if page in ("viewer", "report") else page
        frame = self._frames.get("viewer" if page == "reading" else page, self._main)
        self._turn()
        frame.come_forward()
        self._focus_page(page)
        self.refresh()

    def _turn(self) -> None:
        """The page that was asked for; an empty one while no case is open."""
        if self._many and self._page == "reading":
            return
        at = {"worklist": 0, "reading": 1, "outbox": 2}[self._page]
        of_case = self._shown.session.case is not None
        if at == 1 and not of_case and not self._shown.files.refs:
            at = 3
        arrived = at == 1 and self._main.pages.currentIndex() == 3
        self._main.pages.setCurrentIndex(at)
        self._main.bars.setCurrentIndex(1 if at == 1 and of_case else 0)
        self.report.setVisible(of_case or self._many)
        self._top.show_page(self._page)
        if arrived:
            self._focus_page("reading")

    def _focus_page(self, page: str) -> None:
        if page == "worklist":
            self.worklist.focus_table()
        elif page == "report":
            focus_into(self.report)
        elif page in ("reading", "viewer"):
            focus_into(self.viewer)
        else:
            self.outbox.setFocus()

    def show_stat(self) -> None:
        self.show_page("worklist")
        self.worklist.show_stat()

    def arrange(self, mode: str) -> None:
        if (mode == "many") == self._many:
            return
        if mode == "many":
            self._into_many()
        else:
            self._into_one()
        self.show_page(self._page)

    def _into_one(self) -> None:
        self._many = False
        for role in ("viewer", "report"):
            frame = self._frames.pop(role, None)
            if frame is not None:
                self._telling.remove(frame.status, frame.bars.widget(0))  # type: ignore[arg-type]
                take_out(frame.pages)
                frame.really_close()
                frame.deleteLater()
        for pane in (self.viewer, self.report):
            self._reading.addWidget(pane)
            pane.show()
        self._reading.setStretchFactor(0, 1)
        self._reading.setStretchFactor(1, 0)
        self._reading.setSizes([4000, REPORT_WIDTH])

    def _into_many(self) -> None:
        self._many = True
        for role, title, pane in (
            ("viewer", tr("diagnostic 1"), self.viewer),
            ("report", tr("report"), self.report),
        ):
            frame = self._frame(title, lambda: self.run("app.arrange one"))
            frame.bars.addWidget(self._case_bar())
            frame.pages.addWidget(pane)
            self._frames[role] = frame
            frame.present()
            pane.show()
        self._main.pages.setCurrentIndex(0)
        self._main.bars.setCurrentIndex(0)

    def open_palette(self, line: str = "") -> None:
        self._offering.palette(
            self.report if self._reading_in_front() else self.worklist.table, line
        )

    def open_keys(self) -> None:
        focus = QApplication.focusWidget()
        self._offering.keys(self._front(), scope_of(focus, self._scope()))

    def open_menu(self) -> None:
        self._offering.menu(self._front())

    def open_context(self, place: Place, target: str, *, at_pointer: bool) -> None:
        self._offering.context(self._front(), place, target, at_pointer=at_pointer)

    @property
    def focused(self) -> tuple[Place, str] | None:
        return menus.focused()

    def toggle_strip(self) -> None:
        self.strip_asked.emit(None)

    @property
    def front(self) -> QWidget:
        """The window that the reader is in: where a dialog belongs."""
        return self._front()

    def windows(self) -> tuple[QWidget, ...]:
        """Every window of the program there is now."""
        return tuple(self._frames.values())

    @property
    def banner(self) -> str:
        return self._banner

    def open_sign_in(self) -> None:
        if dialogs.current(self._main) is None:
            dialog = SignInDialog(self._main, self._shown.worklist, self._sign_in)
            dialog.open(dialog.user)

    def choose_files(self, *, folder: bool) -> None:
        choose_files(self._front(), self.run, folder=folder)

    def focus_search(self) -> None:
        self.worklist.focus_search()

    def focus_measurements(self) -> None:
        if self.measurements is not None:
            self.measurements.take_focus()

    def edit_measurement(self, name: str) -> bool:
        return self.measurements is not None and self.measurements.edit(name)

    def focus_pane(self, step: int) -> None:
        panes = [self.worklist, self.viewer, self.report, self.outbox]
        seen = [pane for pane in panes if pane.isVisible()]
        now = QApplication.focusWidget()
        at = next((n for n, p in enumerate(seen) if now is p or (now and p.isAncestorOf(now))), -1)
        if seen:
            pane = seen[(at + step) % len(seen)]
            pane.window().activateWindow()
            if pane is self.worklist:
                self.worklist.focus_table()
            else:
                focus_into(pane)

    def back(self) -> None:
        for frame in self._frames.values():
            dialog = dialogs.current(frame)
            if dialog is not None:
                dialog.back()
                return
        if self._page == "worklist" and self.worklist.back():
            return
        self.show_page("worklist")

    def capture(self, file: Path, which: str) -> None:
        if not self.picture(which).save(str(file)):
            raise CommandError(tr("the picture cannot be written: {file}", file=file.name))

    def picture(self, which: str = "") -> QImage:
        """The window as a person sees it: that of a role, or all windows side by side."""
        if which not in ("", "worklist", "viewer", "report"):
            raise CommandError(tr("{which} is not a window", which=which))
        if which == "worklist" and self._page != "worklist":
            before, self._page = self._page, "worklist"
            self._turn()
            taken = self._main.grab().toImage()
            self.show_page(before)
            return taken
        if which in ("viewer", "report") and not self._many and self._page != "reading":
            self.show_page("reading")
        self.pictured.emit(None)
        if which:
            return self._frames.get(which, self._main).grab().toImage()
        return side_by_side([frame.grab().toImage() for frame in self._frames.values()])

    def close_all(self) -> None:
        """Everything is settled: leave."""
        if self._closed:
            return
        self._closed = True
        self._telling.stop()
        self._soon.stop()
        self.worklist.stop()
        if hasattr(self, "_keys"):
            self._keys.stop()
        for frame in tuple(self._frames.values()):
            frame.really_close()
        self.left.emit(None)

    # --- what the bars say ----------------------------------------------------

    def refresh_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Say again how everything stands."""
        if not hasattr(self, "_top"):
            return
        sites = self._shown.worklist.sites
        self._top.show_reader([s.reader for s in sites if s.reader is not None], len(sites))
        self._top.tabs["outbox"].show_count(not_accepted(self._shown))
        self._turn()
        self._telling.refresh()

    def _aside(self) -> frozenset[TaskRef]:
        return frozenset(case.item.key for case in self._shown.session.aside)

    def _reading_in_front(self) -> bool:
        return self._page == "reading" or self._many

    def _front(self) -> QWidget:
        active = QApplication.activeWindow()
        return active if active in self._frames.values() and active else self._main

    def _scope(self) -> Scope:
        scopes = {"worklist": Scope.WORKLIST, "reading": Scope.IMAGES}
        return scopes.get(self._page, Scope.ALWAYS)
