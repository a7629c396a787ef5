"""What the bars of all windows say: whose case, how many images, the clock, how things stand."""

from typing import Final

from PySide6.QtCore import QTimer

from workstation.text import tr
from workstation.ui import worklist_forms as forms
from workstation.ui.bars import CaseBar
from workstation.ui.chart_sections import warnings
from workstation.ui.standing import Shown, images, standing
from workstation.ui.status_bar import StatusBar

#: Images arrive faster than counts can be read.
REFRESH_MS: Final = 100


class Telling:
    """Owned by the shell; GUI thread. A bar that is `added` says what all of its kind say."""

    def __init__(self, shown: Shown, store_notice: str) -> None:
        self.message = self.news = self.engine = ""
        self._shown = shown
        self._store_notice = store_notice
        self._engine_chosen = False
        self._case_bars: list[CaseBar] = []
        self._statuses: list[StatusBar] = []
        self._soon = QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(REFRESH_MS)
        self._soon.timeout.connect(self._count)
        self._second = QTimer()
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        shown.loader.frame_arrived.connect(lambda _: self._count_soon())

    def add(self, bar: CaseBar | StatusBar) -> None:
        if isinstance(bar, CaseBar):
            self._case_bars.append(bar)
        else:
            self._statuses.append(bar)

    def remove(self, status: StatusBar, case: CaseBar) -> None:
        """A window goes."""
        self._statuses.remove(status)
        self._case_bars.remove(case)

    def say(self, words: str, *, wrong: bool) -> None:
        """One line until the next command: news, or why something did not work."""
        before = (self.news, self.message)
        self.news, self.message = ("", words) if wrong else (words, "")
        if before != (self.news, self.message):
            self._count()

    def say_engine(self, words: str) -> None:
        """Why it is not the graphics card that draws; while somebody reads it is news."""
        if self._engine_chosen and words:
            self.news, self.message = words, ""
        self._engine_chosen, self.engine = True, words
        self._count()

    def start(self) -> None:
        """Let the clocks run."""
        self._second.start()

    def stop(self) -> None:
        self._second.stop()
        self._soon.stop()

    def refresh(self) -> None:
        """Say everything again."""
        case = self._shown.session.case
        names = {site.id: site.name for site in self._shown.worklist.sites}
        for bar in self._case_bars:
            locked = tr("read only") if case is not None and case.read_only else ""
            bar.show_case(
                case.item if case else None,
                names.get(case.item.site, "") if case else "",
                locked,
                case.news if case else "",
            )
            kidneys, allergy, grave = warnings(self._shown.chart.sheet)
            bar.show_warnings(kidneys, allergy, grave=grave)
        self._count()
        self._tick()

    def settle(self) -> None:
        """Say now what would be said in a moment: a picture is taken."""
        if self._soon.isActive():
            self._soon.stop()
            self._count()

    def _count_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _count(self) -> None:
        """Images came: nothing else of the bars has changed by that."""
        if self._shown.session.case is not None:
            for bar in self._case_bars:
                bar.show_images(*images(self._shown))
        told = standing(self._shown, self.news, self.message, self._store_notice, self.engine)
        for status in self._statuses:
            status.show_standing(told)

    def _tick(self) -> None:
        case = self._shown.session.case
        if case is not None:
            now = self._shown.worklist.server_now(case.item.site)
            stale = any(
                s.state == "stale" for s in self._shown.worklist.sites if s.id == case.item.site
            )
            for bar in self._case_bars:
                bar.clock.show_sla(forms.sla(case.item, now, blocked=False, stale=stale))
