"""The viewer as one pane: series column, tool strip, grid of viewports, list of measurements."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workstation.commands.context import Place
from workstation.commands.offers import Offer
from workstation.rendering.engine import EngineChoice, Slices
from workstation.services.jobs import Jobs
from workstation.services.viewer.lesions import Lesions
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.ui import menus, plain
from workstation.ui.screens import ScreenDialog
from workstation.ui.viewer import copying
from workstation.ui.viewer.curve_pane import CurvePane
from workstation.ui.viewer.grid import Grid
from workstation.ui.viewer.lesion_table import LesionTable
from workstation.ui.viewer.measurement_list import MeasurementList
from workstation.ui.viewer.phase_plot import PhasePlot
from workstation.ui.viewer.pictures import Pictures
from workstation.ui.viewer.thumbnails import Thumbnails
from workstation.ui.viewer.tools import ToolStrip

#: In a narrower window series are names, not pictures.
_ROOMY: Final = 1400
#: Volumes are let go of by a worker that takes its time.
_TIDY_S: Final = 1.0


class ViewerPane(QWidget):
    """Takes services and `run`, which sends a command line; there is no other way to act.

    `strip` is what stands on the tool strip, `hands` all tools by the viewer's names for them;
    `slices` samples volumes for every view.
    """

    def __init__(
        self,
        viewer: Viewer,
        run: Callable[[str], None],
        jobs: Jobs,
        strip: Iterable[Offer | None] = (),
        slices: Slices | None = None,
        hands: Mapping[str, Offer] = MappingProxyType({}),
        lesions: Lesions | None = None,
    ) -> None:
        super().__init__()
        self._viewer, self._run, self._jobs = viewer, run, jobs
        self.setObjectName("viewer")
        self.setAccessibleName(tr("Images"))
        plain.ground(self, "app")
        self._slices = slices = slices or Slices()
        viewer.engine, viewer.engine_notice = slices.choice.name, slices.choice.notice
        #: Told what is not as it could be of the engine that draws.
        self.say_engine: Callable[[str], None] = lambda _: None
        slices.told = lambda choice: jobs.bring_home(lambda: self._choose(choice))
        viewer.changed.connect(lambda _: self._tidy())
        self.thumbnails = Thumbnails(viewer, run, jobs)
        self.strip = ToolStrip(viewer, run, strip, hands)
        self.grid = Grid(viewer, run, jobs, slices)
        self.measurements = MeasurementList(viewer, run)
        self.curve = CurvePane(viewer, run, jobs, self.focus_active)
        menus.place_on(self.grid, Place.VIEW)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(2)
        right.addWidget(self.strip)
        right.addWidget(self.grid, 1)
        right.addWidget(self.curve)
        right.addWidget(PhasePlot(viewer, run))
        if lesions is not None:
            right.addWidget(LesionTable(lesions, run, self.focus_active))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.thumbnails)
        row.addLayout(right, 1)
        row.addWidget(self.measurements)

    def _choose(self, choice: EngineChoice) -> None:
        """Which engine draws from now on; every view is drawn anew."""
        self._viewer.engine, self._viewer.engine_notice = choice.name, choice.notice
        self._viewer.changed.emit(None)
        self.say_engine(choice.notice)

    def _tidy(self) -> None:
        """The case was closed: soon nothing holds its voxels here."""
        if not self._viewer.studies:
            self._jobs.later(_TIDY_S, self._slices.tidy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.thumbnails.show_by_name(self.window().width() < _ROOMY)

    def focus_active(self) -> None:
        """Give the keyboard to the active viewport."""
        self.grid.focus_active()

    def settle(self) -> None:
        """A capture shows what was asked for last, not what was ready."""
        self.grid.settle()

    def copy(self, banner: str) -> bool:
        """The active view to the clipboard: as it is seen, without whose it is."""
        made = self._unnamed(banner)
        if made is not None:
            QGuiApplication.clipboard().setImage(made)
        return made is not None

    def pixels(self, banner: str) -> NDArray[np.uint8] | None:
        """The same as red, green and blue; None where nothing is on the view."""
        made = self._unnamed(banner)
        return None if made is None else copying.pixels_of(made)

    def _unnamed(self, banner: str) -> QImage | None:
        """Rays take seconds: of a volume the picture that is on the view is taken."""
        canvas, shown = self.grid.canvases[self._viewer.active], self._viewer.shown
        active = shown(self._viewer.active)
        rays = active is not None and active.rendering is not None
        pictures = canvas.pictures if rays else Pictures(self._jobs, lambda: None, self._slices)
        return copying.unnamed_picture(self._viewer, pictures, canvas.devicePixelRatioF(), banner)

    def measure_screen(self) -> None:
        """Of the screen that the images are on."""
        known = self._viewer.screen_mm(self._viewer.active)
        ScreenDialog(self, self._run, known).open()

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Other keys from now on, by command line."""
        self.strip.show_keys(keys)

    def toggle_strip(self) -> None:
        """Room for the images, or the tools again."""
        self.strip.setVisible(self.strip.isHidden())
