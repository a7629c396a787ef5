"""The functions of OpenGL that slices need, as the driver gives them: called without Qt between.

A call through ctypes lets the interpreter go on meanwhile, so that a picture that is waited for
holds up nobody else; Qt's own wrappers do not.
"""

import ctypes
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtGui import QOpenGLContext

from workstation.rendering.engine import CardLost, NoRoom
from workstation.text import tr

TEXTURE_3D: Final = 0x806F
_OUT_OF_MEMORY: Final = 0x0505
_VOID, _UINT, _INT, _SIZE = None, ctypes.c_uint, ctypes.c_int, ctypes.c_int
_FLOAT, _AT, _TEXT = ctypes.c_float, ctypes.c_void_p, ctypes.c_char_p

#: Name without "gl": what it gives, what it takes.
_CALLS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "AttachShader": (_VOID, (_UINT, _UINT)),
    "BindFramebuffer": (_VOID, (_UINT, _UINT)),
    "BindRenderbuffer": (_VOID, (_UINT, _UINT)),
    "BindTexture": (_VOID, (_UINT, _UINT)),
    "BindVertexArray": (_VOID, (_UINT,)),
    "CheckFramebufferStatus": (_UINT, (_UINT,)),
    "CompileShader": (_VOID, (_UINT,)),
    "CreateProgram": (_UINT, ()),
    "CreateShader": (_UINT, (_UINT,)),
    "DeleteFramebuffers": (_VOID, (_SIZE, _AT)),
    "DeleteProgram": (_VOID, (_UINT,)),
    "DeleteRenderbuffers": (_VOID, (_SIZE, _AT)),
    "DeleteShader": (_VOID, (_UINT,)),
    "DeleteTextures": (_VOID, (_SIZE, _AT)),
    "Disable": (_VOID, (_UINT,)),
    "DrawArrays": (_VOID, (_UINT, _INT, _SIZE)),
    "Enable": (_VOID, (_UINT,)),
    "Finish": (_VOID, ()),
    "FramebufferRenderbuffer": (_VOID, (_UINT, _UINT, _UINT, _UINT)),
    "GenFramebuffers": (_VOID, (_SIZE, _AT)),
    "GenRenderbuffers": (_VOID, (_SIZE, _AT)),
    "GenTextures": (_VOID, (_SIZE, _AT)),
    "GenVertexArrays": (_VOID, (_SIZE, _AT)),
    "GetError": (_UINT, ()),
    "GetIntegerv": (_VOID, (_UINT, _AT)),
    "GetProgramiv": (_VOID, (_UINT, _UINT, _AT)),
    "GetUniformLocation": (_INT, (_UINT, _TEXT)),
    "LinkProgram": (_VOID, (_UINT,)),
    "PixelStorei": (_VOID, (_UINT, _INT)),
    "ReadPixels": (_VOID, (_INT, _INT, _SIZE, _SIZE, _UINT, _UINT, _AT)),
    "RenderbufferStorage": (_VOID, (_UINT, _UINT, _SIZE, _SIZE)),
    "Scissor": (_VOID, (_INT, _INT, _SIZE, _SIZE)),
    "ShaderSource": (_VOID, (_UINT, _SIZE, _AT, _AT)),
    "TexImage3D": (_VOID, (_UINT, _INT, _INT, _SIZE, _SIZE, _SIZE, _INT, _UINT, _UINT, _AT)),
    "TexParameteri": (_VOID, (_UINT, _UINT, _INT)),
    "TexSubImage3D": (
        _VOID, (_UINT, _INT, _INT, _INT, _INT, _SIZE, _SIZE, _SIZE, _UINT, _UINT, _AT),
    ),
    "Uniform1i": (_VOID, (_INT, _INT)),
    "Uniform3fv": (_VOID, (_INT, _SIZE, _AT)),
    "Uniform3i": (_VOID, (_INT, _INT, _INT, _INT)),
    "UseProgram": (_VOID, (_UINT,)),
    "Viewport": (_VOID, (_INT, _INT, _SIZE, _SIZE)),
}  # fmt: skip
#: Of OpenGL 4.5; a driver may have none.
_RESET_STATUS: Final = ("glGetGraphicsResetStatus", "glGetGraphicsResetStatusARB")


class Calls:
    """`calls.DrawArrays(...)` of the context that is current on this thread."""

    def __init__(self, context: QOpenGLContext) -> None:
        self._functions = {
            name: _function(context, f"gl{name}", result, taken)
            for name, (result, taken) in _CALLS.items()
        }
        found = (_address(context, name) for name in _RESET_STATUS)
        address = next((each for each in found if each), 0)
        self._reset = ctypes.CFUNCTYPE(_UINT)(address) if address else None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self._functions[name]

    def was_reset(self) -> bool:
        """The driver has lost everything that lay on the card."""
        return self._reset is not None and bool(self._reset())

    def number(self, of: int) -> int:
        """One of glGetIntegerv's."""
        found = ctypes.c_int()
        self.GetIntegerv(of, ctypes.byref(found))
        return found.value

    def named(self, how: str) -> int:
        """A new texture, buffer or array: `how` is what makes it."""
        name = ctypes.c_uint()
        self._functions[how](1, ctypes.byref(name))
        return name.value

    def delete(self, how: str, name: int) -> None:
        self._functions[how](1, ctypes.byref(ctypes.c_uint(name)))


def check(gl: Calls) -> None:
    """Raises what the driver says of the calls before."""
    if gl.was_reset():
        raise CardLost(tr("the graphics card was reset"))
    error = gl.GetError()
    if error == _OUT_OF_MEMORY:
        raise NoRoom(tr("the graphics card is out of memory"))
    if error:
        raise CardLost(tr("OpenGL error {number}", number=f"{error:#06x}"))


def _address(context: QOpenGLContext, name: str) -> int:
    found: Any = context.getProcAddress(name.encode())
    return int(found or 0)


def _function(
    context: QOpenGLContext, name: str, result: Any, taken: tuple[Any, ...]
) -> Callable[..., Any]:
    address = _address(context, name)
    if not address:
        raise LookupError(name)
    return ctypes.CFUNCTYPE(result, *taken)(address)
