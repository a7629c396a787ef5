"""A view as it may be pasted elsewhere: its picture and the reader's marks, and nobody's name."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from workstation.errors import CommandError
from workstation.rendering import annotations
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.services.screen.unnamed import unnamed, unnamed_marks
from workstation.services.viewer.larger_series import need_every_voxel
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.viewer import colour_bar, corners, inking
from workstation.ui.viewer.pictures import Pictures
from workstation.viewing.tool import Preview


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """Red, green and blue."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(rgb.constBits(), np.uint8)
    rows = flat.reshape(rgb.height(), rgb.bytesPerLine())[:, : 3 * rgb.width()]
    return rows.reshape(rgb.height(), rgb.width(), 3).copy()


def unnamed_picture(viewer: Viewer, pictures: Pictures, ratio: float, banner: str) -> QImage | None:
    """The active view in the pixels of its screen; None where no image is on it.

    What others drew and wrote on the image stays away: their words can be names. Raises
    CommandError where a rendered volume is not yet seen in full, or never is.
    """
    scene = viewer.scene(viewer.active)
    shown, view = scene.shown, scene.view
    if shown is None or view is None:
        return None
    rays = shown.rendering is not None
    if shown.rendering is not None:
        need_every_voxel(shown.rendering.volume)
    drawn = pictures.draw(scene) if rays else pictures.draw_now(scene)
    if rays and (drawn.picture is None or drawn.preview or pictures.behind):
        raise CommandError(drawn.notice or tr("the picture is being made: again in a moment"))
    if drawn.picture is None:
        return None
    image = QImage(view.width, view.height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.color("bg.image"))
    ink = InkCanvas(view, ratio, drawn.picture, inking.text_size)
    items = annotations.paint_list(ink, unnamed_marks(scene.marks), "", Preview(None), (), {})
    bar = annotations.scale_bar(view, shown.frame, ratio) if shown.has_scale else None
    with QPainter(image) as painter:
        inking.draw_picture(painter, drawn.picture)
        if drawn.layer is not None and shown.fused is not None:
            inking.draw_picture(painter, drawn.layer)
            colour_bar.draw(
                painter, shown.fused, round(view.width / ratio), round(view.height / ratio)
            )
        inking.draw_items(painter, items)
        words = unnamed(drawn.words, shown, banner)
        corners.draw_words(painter, words, bar, view.width / ratio, view.height / ratio)
    image.setDevicePixelRatio(1.0)
    return image
