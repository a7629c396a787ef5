"""A window of the program: a bar, panes, a status bar. Its title is its role alone."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QCloseEvent, QFocusEvent, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QLayout, QStackedWidget, QVBoxLayout, QWidget

from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.alarm_bar import AlarmBar
from workstation.ui.launch_bar import LaunchBar, StepBar
from workstation.ui.status_bar import StatusBar

FULL = QSize(1920, 1080)


class Frame(QWidget):
    """The system shows the title in task lists and to whoever stands behind: no patient."""

    def __init__(
        self,
        role: str,
        status: StatusBar,
        on_close: Callable[[], None],
        run: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.role = role
        plain.ground(self, "app")
        self.setObjectName(f"window-{role}")
        self.setWindowTitle(tr("Workstation · {role}", role=role))
        self.setMinimumSize(1024, 640)
        self.status = status
        self.alarms = AlarmBar(run)
        self.launch = LaunchBar(run)
        self.step = StepBar(run)
        self.bars = QStackedWidget()
        self.pages = QStackedWidget()
        #: What of it shows keys beside words.
        self.keyed: Sequence[Callable[[Mapping[str, str]], None]] = ()
        #: Gives the keys to the first place of its page, where nothing in it has them.
        self.at_home: Callable[[], None] = lambda: None
        self._on_close = on_close
        self._closing = False
        layout = QVBoxLayout(self)
        # the window's own least size holds, whatever it shows; a platform without a window
        # manager is not told of another with each word
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.alarms)
        layout.addWidget(self.launch)
        layout.addWidget(self.step)
        layout.addWidget(self.bars)
        layout.addWidget(plain.rule())
        layout.addWidget(self.pages, 1)
        layout.addWidget(plain.rule())
        layout.addWidget(status)

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        for show in self.keyed:
            show(keys)

    def present(self) -> None:
        """Show it as large as the screen allows."""
        if QGuiApplication.platformName() == "offscreen":
            self.resize(FULL)
            self.show()
        else:
            screen = self.screen()  # where no window manager maximizes, the size is ours to set
            self.setGeometry(screen.availableGeometry())
            self.showMaximized()

    def come_forward(self) -> None:
        """In front of the others; a screen that is not there has no front."""
        if QGuiApplication.platformName() != "offscreen":
            self.raise_()
        self.activateWindow()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.at_home()

    def really_close(self) -> None:
        self._closing = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The cross asks like every other way out; nothing is lost by a click."""
        if self._closing:
            event.accept()
        else:
            event.ignore()
            self._on_close()


def focus_into(pane: QWidget) -> None:
    """The pane knows its own first place; else its first widget that takes the focus."""
    active = getattr(pane, "focus_active", None)
    if active is not None:
        active()
    else:
        pane.setFocus()


def take_out(pages: QStackedWidget) -> None:
    """Empty it without taking its pages along when it goes."""
    while (page := pages.widget(0)) is not None:
        pages.removeWidget(page)


def side_by_side(pictures: Sequence[QImage]) -> QImage:
    """One picture of several windows, left to right."""
    if len(pictures) == 1:
        return pictures[0]
    whole = QImage(
        sum(p.width() for p in pictures),
        max(p.height() for p in pictures),
        QImage.Format.Format_RGB32,
    )
    whole.fill(theme.color("bg.app"))
    at = 0
    with QPainter(whole) as painter:
        for each in pictures:
            painter.drawImage(at, 0, each)
            at += each.width()
    return whole
