"""The graphics card as a sampler of volumes: one context, one texture for each volume.

All views of all windows draw what is sampled here, so that a window that is moved, undocked or
closed takes nothing with it, and voxels lie on the card once. The context belongs to the thread
that made it; there is no window in it.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat

from workstation.rendering import slice_gpu
from workstation.rendering.card_room import CardRoom
from workstation.rendering.engine import Asked, CardLost, NoRoom
from workstation.rendering.slice_gpu import Aim, Layout
from workstation.text import tr
from workstation.ui.viewer.gl_calls import TEXTURE_3D, Calls, check
from workstation.ui.viewer.gl_volumes import HeldVolumes

_FRAMEBUFFER, _RENDERBUFFER = 0x8D40, 0x8D41
_COLOUR, _COMPLETE, _SCISSOR = 0x8CE0, 0x8CD5, 0x0C11
_VERTEX_SHADER, _FRAGMENT_SHADER, _LINKED = 0x8B31, 0x8B30, 0x8B82
_TRIANGLES = 4
_UNPACK, _PACK = 0x0CF5, 0x0D05
_MAX_3D, _MAX_RENDERBUFFER = 0x8073, 0x84E8
_DITHER, _BLEND = 0x0BD0, 0x0BE2
#: Voxels that one call may fetch: a slow card has done so within a part of the two seconds
#: after which systems take it for hung.
_FETCHES: Final = 1 << 29
_AT_ONE_SAMPLE: Final = 8


@frozen
class _Program:
    name: int
    places: dict[str, int]


class GlSlices:
    """Everything on one thread, but `surface`, which the GUI thread makes.

    `limit` is the longest side of a volume, `budget_bytes` what volumes may take of the card.
    """

    def __init__(self, surface: QOffscreenSurface, budget_bytes: int, limit: int = 0) -> None:
        self._surface = surface
        self._context = QOpenGLContext()
        self._context.setFormat(surface.requestedFormat())
        if not self._context.create():
            raise CardLost(tr("there is no OpenGL context here"))
        self._programs: dict[tuple[Layout, Layout], _Program] = {}
        self._buffers: dict[int, tuple[int, int, tuple[int, int]]] = {}
        self._make_current()
        try:
            self._gl = Calls(self._context)
            self.limit = limit or self._gl.number(_MAX_3D)
            self._held = HeldVolumes(CardRoom(self.limit, budget_bytes))
            self._widest = self._gl.number(_MAX_RENDERBUFFER)
            self._gl.BindVertexArray(self._gl.named("GenVertexArrays"))
            for each in (_DITHER, _BLEND):
                self._gl.Disable(each)
            for each in (_UNPACK, _PACK):
                self._gl.PixelStorei(each, 1)
        except LookupError as missing:
            raise CardLost(tr("the driver has no {name}", name=missing.args[0])) from None
        finally:
            self._context.doneCurrent()

    @property
    def held_bytes(self) -> int:
        """Of the card, by voxels."""
        return self._held.nbytes

    def sample(self, asked: Asked) -> NDArray[Any]:
        """As `SliceEngine.slice`. Raises `NoRoom` where this volume does not fit, `CardLost`.

        A preview of such a volume is of as many of its voxels as there is room for."""
        request, kind = asked.request, asked.kind
        columns, rows = request.size
        if max(columns, rows) > self._widest:
            raise NoRoom(tr("the picture is larger than the card allows"))
        with self._current() as gl:
            texture = self._held.texture(gl, asked.voxels, part=slice_gpu.is_preview(request))
            layout = slice_gpu.layout_of(kind)
            program = self._program(texture.layout, layout)
            self._frame(layout, columns, rows)
            aim = slice_gpu.aim(request, texture.thinned.placed(asked.affine))
            gl.UseProgram(program.name)
            gl.BindTexture(TEXTURE_3D, texture.name)
            self._tell(program, aim, texture.shape, np.array(asked.outside, kind))
            gl.Viewport(0, 0, columns, rows)
            self._draw(columns, rows, aim.steps)
            made = np.empty((rows, columns), kind)
            gl.ReadPixels(0, 0, columns, rows, layout.format, layout.type, made.ctypes.data)
            check(gl)
        return made

    def purge(self) -> None:
        """Volumes that are no more, give their room on the card back."""
        if self._held.any_gone:
            with self._current():
                pass

    def close(self) -> None:
        """All of it; the context is of no more use."""
        with self._current() as gl:
            self._held.let_go_of_all(gl)
            for buffer, target, _ in self._buffers.values():
                gl.delete("DeleteFramebuffers", buffer)
                gl.delete("DeleteRenderbuffers", target)
            for program in self._programs.values():
                gl.DeleteProgram(program.name)
            gl.Finish()

    # --- inside --------------------------------------------------------------------------

    @contextmanager
    def _current(self) -> Iterator[Calls]:
        self._make_current()
        try:
            self._held.let_go(self._gl)
            yield self._gl
        finally:
            self._context.doneCurrent()

    def _make_current(self) -> None:
        if not self._context.makeCurrent(self._surface):
            raise CardLost(tr("the OpenGL context was lost"))

    def _program(self, voxels: Layout, samples: Layout) -> _Program:
        if (voxels, samples) not in self._programs:
            self._programs[voxels, samples] = self._compiled(slice_gpu.fragment(voxels, samples))
        return self._programs[voxels, samples]

    def _compiled(self, fragment: str) -> _Program:
        gl, program = self._gl, self._gl.CreateProgram()
        for stage, text in ((_VERTEX_SHADER, slice_gpu.VERTEX), (_FRAGMENT_SHADER, fragment)):
            shader, source = gl.CreateShader(stage), ctypes.c_char_p(text.encode())
            gl.ShaderSource(shader, 1, ctypes.byref(source), None)
            gl.CompileShader(shader)
            gl.AttachShader(program, shader)
            gl.DeleteShader(shader)
        gl.LinkProgram(program)
        linked = ctypes.c_int()
        gl.GetProgramiv(program, _LINKED, ctypes.byref(linked))
        if not linked.value:
            raise CardLost(tr("the driver does not take our shader"))
        names = ("last", "origin", "across", "down", "through", "steps", "mode", "nearest", "empty")
        places = {name: gl.GetUniformLocation(program, name.encode()) for name in names}
        return _Program(program, places)

    def _frame(self, layout: Layout, columns: int, rows: int) -> None:
        """What is drawn into: of this type, at least so large."""
        gl, known = self._gl, self._buffers.get(layout.internal)
        if known is None:
            buffer = gl.named("GenFramebuffers")
            known = self._buffers[layout.internal] = (buffer, gl.named("GenRenderbuffers"), (0, 0))
        buffer, target, size = known
        gl.BindFramebuffer(_FRAMEBUFFER, buffer)
        if columns <= size[0] and rows <= size[1]:
            return
        size = max(columns, size[0]), max(rows, size[1])
        gl.BindRenderbuffer(_RENDERBUFFER, target)
        gl.RenderbufferStorage(_RENDERBUFFER, layout.internal, *size)
        gl.FramebufferRenderbuffer(_FRAMEBUFFER, _COLOUR, _RENDERBUFFER, target)
        check(gl)
        if gl.CheckFramebufferStatus(_FRAMEBUFFER) != _COMPLETE:
            raise CardLost(tr("the driver does not draw into this type of pixels"))
        self._buffers[layout.internal] = (buffer, target, size)

    def _tell(
        self, program: _Program, aim: Aim, shape: tuple[int, ...], outside: NDArray[Any]
    ) -> None:
        gl, at = self._gl, program.places
        slices, rows, columns = shape
        gl.Uniform3i(at["last"], columns - 1, rows - 1, slices - 1)
        for name in ("origin", "across", "down", "through"):
            vector: NDArray[np.float32] = getattr(aim, name)
            gl.Uniform3fv(at[name], 2, vector.ctypes.data)
        gl.Uniform1i(at["steps"], aim.steps)
        gl.Uniform1i(at["mode"], aim.mode)
        gl.Uniform1i(at["nearest"], aim.nearest)
        bits = outside.view(np.int32) if outside.dtype.kind == "f" else outside
        gl.Uniform1i(at["empty"], int(bits))

    def _draw(self, columns: int, rows: int, steps: int) -> None:
        """In strips, so that no call takes long."""
        gl = self._gl
        strip = max(1, _FETCHES // (columns * (steps + 1) * _AT_ONE_SAMPLE))
        if strip >= rows:
            gl.DrawArrays(_TRIANGLES, 0, 3)
            return
        gl.Enable(_SCISSOR)
        for first in range(0, rows, strip):
            gl.Scissor(0, first, columns, min(strip, rows - first))
            gl.DrawArrays(_TRIANGLES, 0, 3)
            gl.Finish()
        gl.Disable(_SCISSOR)


def surface() -> QOffscreenSurface:
    """What a context without a window is current on. GUI thread."""
    form = QSurfaceFormat()
    form.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    form.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    form.setVersion(3, 3)
    form.setOption(QSurfaceFormat.FormatOption.ResetNotification)
    made = QOffscreenSurface()
    made.setFormat(form)
    made.create()
    return made
