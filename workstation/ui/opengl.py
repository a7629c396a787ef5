"""What draws with OpenGL here: asked in a process of its own, which a driver may kill."""

import json
import sys
from typing import Any, Final

from PySide6.QtGui import (
    QGuiApplication,
    QOffscreenSurface,
    QOpenGLContext,
    QSurfaceFormat,
)

_RENDERER: Final = 0x1F01  # GL_RENDERER
_VERSION: Final = 0x1F02  # GL_VERSION


def main() -> int:
    """One line of JSON: `renderer` and `version`, or `why` there is none."""
    application = QGuiApplication(["workstation"])
    sys.stdout.write(json.dumps(_asked()) + "\n")
    del application
    return 0


def _asked() -> dict[str, str]:
    """A core context, as volume mappers want it."""
    form = QSurfaceFormat()
    form.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    form.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    form.setVersion(3, 3)
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.setFormat(form)
    surface.create()
    context.setFormat(form)
    if not context.create() or not context.makeCurrent(surface):
        return {"why": "no context"}
    functions: Any = context.functions()
    found = {
        "renderer": str(functions.glGetString(_RENDERER)),
        "version": str(functions.glGetString(_VERSION)),
    }
    context.doneCurrent()
    return found
