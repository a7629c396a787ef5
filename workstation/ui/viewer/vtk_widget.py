"""The one door between Qt and VTK: a render window of VTK's in an OpenGL context of Qt's.

No window of its own stands on the screen: canvases are painted with QPainter, and take what VTK
drew as a picture. The context belongs to the thread that made it.
"""

import ctypes
from typing import Any

import vtkmodules.vtkRenderingOpenGL2  # its factories
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401  (its factories)
from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

from workstation.rendering.engine import CardLost
from workstation.text import tr


class VtkWindow:
    """A context, current on a surface that the GUI thread made, and VTK's window in it."""

    def __init__(self, surface: QOffscreenSurface) -> None:
        self._surface = surface
        self._context = QOpenGLContext()
        self._context.setFormat(surface.requestedFormat())
        if not self._context.create():
            raise CardLost(tr("there is no OpenGL context here"))
        self.make_current()
        made = self.window = vtkGenericOpenGLRenderWindow()
        made.SetReadyForRendering(False)
        made.SetFrameBlitModeToNoBlit()
        made.AddObserver("WindowMakeCurrentEvent", lambda *_: self.make_current())
        made.AddObserver("WindowIsCurrentEvent", lambda *_: self._tell())
        _let_find_symbols(made)
        made.SetIsCurrent(True)
        made.OpenGLInitContext()
        made.OpenGLInit()
        made.SetReadyForRendering(True)
        made.SetOwnContext(0)

    def make_current(self) -> None:
        if not self._context.makeCurrent(self._surface):
            raise CardLost(tr("the OpenGL context was lost"))

    def done(self) -> None:
        """Nothing is drawn until it is made current again."""
        self._context.doneCurrent()

    def _tell(self) -> None:
        self.window.SetIsCurrent(QOpenGLContext.currentContext() is self._context)


def _let_find_symbols(window: Any) -> None:
    """On Linux VTK asks for functions as GLX or EGL would; elsewhere it finds them itself."""
    platform = QGuiApplication.platformName()
    if platform.startswith("wayland"):
        found: Any = ctypes.CDLL("libEGL.so.1").eglGetProcAddress
    elif platform == "xcb":
        found = ctypes.CDLL("libGL.so.1").glXGetProcAddressARB
    else:
        return
    window.SetOpenGLSymbolLoader2(ctypes.cast(found, ctypes.c_void_p).value, 0)
