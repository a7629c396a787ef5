"""The graphics card as a sampler of volumes: one context, one texture for each volume.

All views of all windows draw what is sampled here, so that a window that is moved, undocked or
closed takes nothing with it, and voxels lie on the card once. The context belongs to the thread
that made it; there is no window in it.
"""

import ctypes
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from attrs import define, frozen
from numpy.typing import NDArray
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat

from workstation.domain.geometry import Affine
from workstation.rendering import slice_gpu
from workstation.rendering.engine import CardLost, NoRoom
from workstation.rendering.slice_cpu import SliceRequest
from workstation.rendering.slice_gpu import Aim, Layout
from workstation.text import tr
from workstation.ui.viewer.gl_calls import Calls

_TEXTURE_3D, _FRAMEBUFFER, _RENDERBUFFER = 0x806F, 0x8D40, 0x8D41
_COLOUR, _COMPLETE, _SCISSOR = 0x8CE0, 0x8CD5, 0x0C11
_VERTEX_SHADER, _FRAGMENT_SHADER, _LINKED = 0x8B31, 0x8B30, 0x8B82
_OUT_OF_MEMORY, _TRIANGLES = 0x0505, 4
_UNPACK, _PACK = 0x0CF5, 0x0D05
_MAX_3D, _MAX_RENDERBUFFER = 0x8073, 0x84E8
_DITHER, _BLEND = 0x0BD0, 0x0BE2
#: GL_TEXTURE_MIN_FILTER, _MAG_FILTER: GL_NEAREST; _BASE_LEVEL, _MAX_LEVEL.
_PARAMETERS: Final = ((0x2801, 0x2600), (0x2800, 0x2600), (0x813C, 0), (0x813D, 0))
#: So much of a volume goes to the driver at once.
_CHUNK_BYTES: Final = 32 << 20
#: Voxels that one call may fetch: a slow card has done so within a part of the two seconds
#: after which systems take it for hung.
_FETCHES: Final = 1 << 29
_AT_ONE_SAMPLE: Final = 8


@define
class _Texture:
    name: int
    nbytes: int
    layout: Layout


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
        self._textures: dict[int, _Texture] = {}
        self._gone: deque[int] = deque()
        self._programs: dict[tuple[Layout, Layout], _Program] = {}
        self._buffers: dict[int, tuple[int, int, tuple[int, int]]] = {}
        self._budget = budget_bytes
        self._make_current()
        try:
            self._gl = Calls(self._context)
            self.limit = limit or self._gl.number(_MAX_3D)
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
        return sum(each.nbytes for each in self._textures.values())

    def sample(
        self,
        voxels: NDArray[Any],
        affine: Affine,
        request: SliceRequest,
        kind: np.dtype[Any],
        outside: float,
    ) -> NDArray[Any]:
        """As `SliceEngine.slice`. Raises `NoRoom` where this volume does not fit, `CardLost`."""
        columns, rows = request.size
        if max(columns, rows) > self._widest:
            raise NoRoom(tr("the picture is larger than the card allows"))
        with self._current() as gl:
            texture = self._texture(voxels)
            layout = slice_gpu.layout_of(kind)
            program = self._program(texture.layout, layout)
            self._frame(layout, columns, rows)
            aim = slice_gpu.aim(request, affine)
            gl.UseProgram(program.name)
            gl.BindTexture(_TEXTURE_3D, texture.name)
            self._tell(program, aim, voxels.shape, np.array(outside, kind))
            gl.Viewport(0, 0, columns, rows)
            self._draw(columns, rows, aim.steps)
            made = np.empty((rows, columns), kind)
            gl.ReadPixels(0, 0, columns, rows, layout.format, layout.type, made.ctypes.data)
            self._check()
        return made

    def purge(self) -> None:
        """Volumes that are no more, give their room on the card back."""
        if self._gone:
            with self._current():
                pass

    def close(self) -> None:
        """All of it; the context is of no more use."""
        with self._current() as gl:
            for each in self._textures.values():
                gl.delete("DeleteTextures", each.name)
            for buffer, target, _ in self._buffers.values():
                gl.delete("DeleteFramebuffers", buffer)
                gl.delete("DeleteRenderbuffers", target)
            for program in self._programs.values():
                gl.DeleteProgram(program.name)
            gl.Finish()
        self._textures.clear()

    # --- inside --------------------------------------------------------------------------

    @contextmanager
    def _current(self) -> Iterator[Calls]:
        self._make_current()
        try:
            while self._gone:
                texture = self._textures.pop(self._gone.popleft(), None)
                if texture is not None:
                    self._gl.delete("DeleteTextures", texture.name)
            yield self._gl
        finally:
            self._context.doneCurrent()

    def _make_current(self) -> None:
        if not self._context.makeCurrent(self._surface):
            raise CardLost(tr("the OpenGL context was lost"))

    def _check(self) -> None:
        """Raises what the driver says of the calls before."""
        if self._gl.was_reset():
            raise CardLost(tr("the graphics card was reset"))
        error = self._gl.GetError()
        if error == _OUT_OF_MEMORY:
            raise NoRoom(tr("the graphics card is out of memory"))
        if error:
            raise CardLost(tr("OpenGL error {number}", number=f"{error:#06x}"))

    def _texture(self, voxels: NDArray[Any]) -> _Texture:
        found = self._textures.get(id(voxels))
        if found is not None:
            return found
        if max(voxels.shape) > self.limit:
            text = tr("a side of {n} voxels, the graphics card takes {most}",
                      n=max(voxels.shape), most=self.limit)  # fmt: skip
            raise NoRoom(text)
        if self.held_bytes + voxels.nbytes > self._budget:
            raise NoRoom(tr("volumes may take {mb} MB of the card", mb=self._budget >> 20))
        name = self._gl.named("GenTextures")
        made = _Texture(name, voxels.nbytes, slice_gpu.layout_of(voxels.dtype))
        try:
            self._upload(made, voxels)
        except NoRoom:
            self._gl.delete("DeleteTextures", name)
            raise
        key = id(voxels)
        self._textures[key] = made
        weakref.finalize(voxels, self._gone.append, key)
        return made

    def _upload(self, texture: _Texture, voxels: NDArray[Any]) -> None:
        gl, layout = self._gl, texture.layout
        slices, rows, columns = voxels.shape
        gl.BindTexture(_TEXTURE_3D, texture.name)
        for parameter, value in _PARAMETERS:
            gl.TexParameteri(_TEXTURE_3D, parameter, value)
        gl.TexImage3D(
            _TEXTURE_3D, 0, layout.internal, columns, rows, slices, 0, layout.format, layout.type,
            None,
        )  # fmt: skip
        self._check()
        step = max(1, _CHUNK_BYTES // (voxels.nbytes // slices))
        for first in range(0, slices, step):
            part = np.ascontiguousarray(voxels[first : first + step])
            gl.TexSubImage3D(
                _TEXTURE_3D, 0, 0, 0, first, columns, rows, len(part), layout.format, layout.type,
                part.ctypes.data,
            )  # fmt: skip
            self._check()

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
        self._check()
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
