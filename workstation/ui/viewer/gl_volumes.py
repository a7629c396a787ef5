"""Volumes on the graphics card: each once, all of it or as many voxels as there is room for."""

import weakref
from collections import deque
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.rendering import slice_gpu
from workstation.rendering.card_room import CardRoom
from workstation.rendering.engine import NoRoom
from workstation.rendering.slice_gpu import Layout, Thinning
from workstation.ui.viewer.gl_calls import TEXTURE_3D, Calls, check

#: GL_TEXTURE_MIN_FILTER, _MAG_FILTER: GL_NEAREST; _BASE_LEVEL, _MAX_LEVEL.
_PARAMETERS: Final = ((0x2801, 0x2600), (0x2800, 0x2600), (0x813C, 0), (0x813D, 0))
#: So much of a volume goes to the driver at once.
_CHUNK_BYTES: Final = 32 << 20


@frozen
class Texture:
    """`shape` and `nbytes` of what is left of a volume, `lacks` why it is not all of it."""

    name: int
    layout: Layout
    thinned: Thinning
    shape: tuple[int, ...]
    nbytes: int
    lacks: str = ""


class HeldVolumes:
    """Of one context, on its thread."""

    def __init__(self, room: CardRoom) -> None:
        self._room = room
        self._textures: dict[int, Texture] = {}
        self._gone: deque[int] = deque()

    @property
    def nbytes(self) -> int:
        return sum(each.nbytes for each in self._textures.values())

    @property
    def any_gone(self) -> bool:
        """Some of them are held by nobody any more."""
        return bool(self._gone)

    def let_go(self, gl: Calls) -> None:
        """Of those that are gone."""
        while self._gone:
            texture = self._textures.pop(self._gone.popleft(), None)
            if texture is not None:
                gl.delete("DeleteTextures", texture.name)

    def let_go_of_all(self, gl: Calls) -> None:
        for each in self._textures.values():
            gl.delete("DeleteTextures", each.name)
        self._textures.clear()

    def texture(self, gl: Calls, voxels: NDArray[Any], *, part: bool) -> Texture:
        """Brought there if it is not. `part`: fewer of its voxels will do, where there is no room
        for all. Raises `NoRoom`, `CardLost`."""
        found, thinned, lacks = self._textures.get(id(voxels)), Thinning(), ""
        if found is not None:
            if found.lacks and not part:
                raise NoRoom(found.lacks)
            return found
        while True:
            try:
                return self._brought(gl, voxels, thinned, lacks)
            except NoRoom as refusal:
                lacks, further = lacks or str(refusal), thinned.further(voxels.shape)
                if further is None or not part:
                    raise NoRoom(lacks) from None
                thinned = further

    # --- inside ---

    def _brought(self, gl: Calls, voxels: NDArray[Any], thinned: Thinning, lacks: str) -> Texture:
        left = thinned.of(voxels)
        if why := self._room.why_not(left, self.nbytes):
            raise NoRoom(why)
        name, layout = gl.named("GenTextures"), slice_gpu.layout_of(voxels.dtype)
        try:
            _upload(gl, name, layout, left)
        except NoRoom:
            gl.delete("DeleteTextures", name)
            raise
        made = Texture(name, layout, thinned, left.shape, left.nbytes, lacks)
        key = id(voxels)
        self._textures[key] = made
        weakref.finalize(voxels, self._gone.append, key)
        return made


def _upload(gl: Calls, name: int, layout: Layout, voxels: NDArray[Any]) -> None:
    slices, rows, columns = voxels.shape
    gl.BindTexture(TEXTURE_3D, name)
    for parameter, value in _PARAMETERS:
        gl.TexParameteri(TEXTURE_3D, parameter, value)
    gl.TexImage3D(
        TEXTURE_3D, 0, layout.internal, columns, rows, slices, 0, layout.format, layout.type,
        None,
    )  # fmt: skip
    check(gl)
    step = max(1, _CHUNK_BYTES // (voxels.nbytes // slices))
    for first in range(0, slices, step):
        part = np.ascontiguousarray(voxels[first : first + step])
        gl.TexSubImage3D(
            TEXTURE_3D, 0, 0, 0, first, columns, rows, len(part), layout.format, layout.type,
            part.ctypes.data,
        )  # fmt: skip
        check(gl)
