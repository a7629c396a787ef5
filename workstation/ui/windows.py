"""The windows: worklist, images and report, as one window or as three."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from workstation.commands.bindings import Bindings, Scope
from workstation.commands.context import Place
from workstation.commands.menus import Menus
from workstation.commands.registry import Outcome, Registry
from workstation.domain.identifiers import TaskRef
from workstation.errors import CommandError, SigningBlocked, WorkstationError
from workstation.services.jobs import Job
from workstation.services.ports.hosting import Credentials
from workstation.services.queue.worklist import Row
from workstation.services.signal import Signal
from workstation.text import tr
from workstation.ui import dialogs, menus
from workstation.ui.actions import Keys, scope_of
from workstation.ui.arrangement import Arrangement, Panes
from workstation.ui.offering import Offering
from workstation.ui.opening import Opening
from workstation.ui.outbox import OutboxPage
from workstation.ui.sign_in import SignInDialog
from workstation.ui.standing import Shown, not_accepted
from workstation.ui.telling import REFRESH_MS, Telling
from workstation.ui.viewer.measurement_list import MeasurementList
from workstation.ui.worklist import WorklistPane

#: After the first paint of the worklist: while a reader signs in nothing else is to be done.
_LISTED_MS: Final = 300


class Shell(Opening):
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
        super().__init__(shown)
        self.left: Signal[None] = Signal()
        #: A picture of the windows is about to be taken.
        self.pictured: Signal[None] = Signal()
        self._send, self._sign_in = send, sign_in
        self._banner, self._store_notice = banner, store_notice
        self._closed = False
        self.worklist = WorklistPane(
            shown.worklist, shown.deliveries, shown.views, self.run, shown.clock, self._aside
        )
        self.outbox = OutboxPage(shown.worklist, shown.deliveries, shown.filing, self.run)
        self.measurements: MeasurementList | None = None
        self._telling = Telling(shown, store_notice)
        self._soon = QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(REFRESH_MS)
        self._soon.timeout.connect(self.refresh)

    # --- making ---------------------------------------------------------------

    def furnish(
        self, viewer: QWidget, report: QWidget, measurements: MeasurementList | None = None
    ) -> None:
        """Put the panes in; the list of measurements is part of the viewer."""
        self.measurements = measurements
        viewer.setProperty("scope", Scope.IMAGES.value)
        menus.place_on(self.worklist.table, Place.ROW)
        report.setProperty("scope", Scope.REPORT.value)
        panes = Panes(self.worklist, viewer, report, self.outbox)
        self._windows = Arrangement(panes, self._shown, self._telling, self.run, self._banner)
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
        self._windows.show_keys(bindings.lines)

    def rebind(self, bindings: Bindings) -> None:
        """Other keys from now on."""
        self._keys.bindings = bindings
        self._offering.bindings = bindings
        self._windows.show_keys(bindings.lines)

    def _listen(self) -> None:
        shown = self._shown
        for signal in (
            shown.worklist.changed,
            shown.deliveries.changed,
            shown.alarms.changed,
            shown.filing.changed,
            shown.reporting.draft_changed,
        ):
            signal.connect(lambda _: self.refresh_soon())
        shown.session.changed.connect(lambda _: self.refresh())
        shown.chart.changed.connect(lambda _: self.refresh_soon())
        shown.files.changed.connect(lambda _: self.refresh())
        shown.loader.news.connect(lambda words: self.tell(words[1]))
        shown.loader.problems.connect(lambda words: self.refuse(words[1]))

    # --- running commands -----------------------------------------------------

    def run(self, line: str) -> None:
        """A command line of a key, a button or the palette; what goes wrong is said."""
        self.tell("")
        try:
            outcome = self._send(line)
        except SigningBlocked as error:
            self._not_signed(str(error))
            return
        except WorkstationError as error:
            self.refuse(str(error))
            return
        if outcome is not None:
            outcome.then(self._ended)

    def _ended(self, job: Job[object]) -> None:
        if isinstance(job.error, WorkstationError):
            self.refuse(str(job.error))

    def _not_signed(self, why: str) -> None:
        """Where the dialog would have been: a password that is typed blindly goes nowhere."""
        self.refuse(why)
        listed = tr("All that is missing stands beside the text.")
        shown = dialogs.MessageDialog(self.front, tr("Not signed yet"), why, next_step=listed)
        shown.open(shown)  # its button would take a space for a press

    def tell(self, message: str) -> None:
        """News in the status bar's own slot, until the next command."""
        self._telling.say(message, wrong=False)

    def refuse(self, message: str) -> None:
        """Why something did not work, in the same place."""
        self._telling.say(message, wrong=True)

    def ask_of_launch(self, site: str) -> None:
        """A site sent a case to this desk while another is open; empty: nothing is asked."""
        self._windows.ask_of_launch(site)

    def warn_of_step(self, words: str) -> None:
        """Another program at the desk did not follow; empty: all are in step."""
        self._windows.warn_of_step(words)

    def say_engine(self, words: str) -> None:
        """On every status bar: what draws volumes, where that is not what was meant."""
        self._telling.say_engine(words)

    # --- commands.context.Windows ---------------------------------------------

    @property
    def selected_row(self) -> Row | None:
        return self.worklist.selected

    @property
    def hidden_rows(self) -> int:
        return self.worklist.hidden_rows

    @property
    def notices(self) -> tuple[str, ...]:
        said = (
            self._banner, self._store_notice, self._telling.engine, self._telling.news,
            self._telling.message,
        )  # fmt: skip
        return tuple(filter(None, said))

    def show(self) -> None:
        """The first paint."""
        self._windows.main.present()
        self.worklist.start()
        self._telling.start()
        self.refresh()
        self.worklist.focus_table()
        QTimer.singleShot(_LISTED_MS, self._windows.main, self._windows.warm)

    def show_page(self, page: str) -> None:
        self._windows.show_page(page)
        self.refresh()

    def show_stat(self) -> None:
        self.show_page("worklist")
        self.worklist.show_stat()

    def arrange(self, mode: str) -> None:
        self._windows.arrange(mode)
        self.refresh()

    def open_palette(self, line: str = "") -> None:
        windows = self._windows
        over = windows.panes.report if windows.is_reading else self.worklist.table
        self._offering.palette(over, line)

    def open_keys(self) -> None:
        focus = QApplication.focusWidget()
        self._offering.keys(self.front, scope_of(focus, self._scope()))

    def open_menu(self) -> None:
        self._offering.menu(self.front)

    def open_context(self, place: Place, target: str, *, at_pointer: bool) -> None:
        self._offering.context(self.front, place, target, at_pointer=at_pointer)

    @property
    def focused(self) -> tuple[Place, str] | None:
        return menus.focused()

    @property
    def front(self) -> QWidget:
        """The window that the reader is in: where a dialog belongs."""
        return self._windows.front

    def windows(self) -> tuple[QWidget, ...]:
        """Every window of the program there is now."""
        return self._windows.windows

    @property
    def banner(self) -> str:
        return self._banner

    def open_sign_in(self) -> None:
        main = self._windows.main
        if dialogs.current(main) is None:
            dialog = SignInDialog(main, self._shown.worklist, self._sign_in)
            dialog.open(dialog.user)

    def focus_search(self) -> None:
        self.worklist.focus_search()

    def focus_measurements(self) -> None:
        if self.measurements is not None:
            self.measurements.take_focus()

    def edit_measurement(self, name: str) -> bool:
        return self.measurements is not None and self.measurements.edit(name)

    def focus_pane(self, step: int) -> None:
        self._windows.focus_pane(step)

    def back(self) -> None:
        for frame in self._windows.windows:
            dialog = dialogs.current(frame)
            if dialog is not None:
                dialog.back()
                return
        if self._windows.page == "worklist" and self.worklist.back():
            return
        self.show_page("worklist")

    def capture(self, file: Path, which: str) -> None:
        if not self.picture(which).save(str(file)):
            raise CommandError(tr("the picture cannot be written: {file}", file=file.name))

    def picture(self, which: str = "") -> QImage:
        """The window as a person sees it: that of a role, or all windows side by side."""
        return self._windows.picture(which, self._settle)

    def _settle(self) -> None:
        """Nothing in a picture is older than the moment it was taken."""
        self._telling.settle()
        self.pictured.emit(None)

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
        self._windows.close()
        self.left.emit(None)

    # --- what the bars say ----------------------------------------------------

    def refresh_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Say again how everything stands."""
        if not hasattr(self, "_windows"):
            return
        sites = self._shown.worklist.sites
        top = self._windows.top
        known = [site for site in sites if site.reader is not None]
        now = self._shown.worklist.server_now(known[0].id) if known else self.clock.now()
        top.show_reader([s.reader for s in known if s.reader is not None], len(sites), now.date())
        top.tabs["outbox"].show_count(not_accepted(self._shown))
        self._windows.turn()
        self._windows.show_alarms()
        self._telling.refresh()

    def _aside(self) -> frozenset[TaskRef]:
        return frozenset(case.item.key for case in self._shown.session.aside)

    def _scope(self) -> Scope:
        scopes = {"worklist": Scope.WORKLIST, "reading": Scope.IMAGES}
        return scopes.get(self._windows.page, Scope.ALWAYS)
