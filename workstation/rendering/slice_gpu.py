"""Slices by a graphics card: the program it runs and the numbers it is given, as data.

The same `SliceRequest` as on the CPU. Voxels are fetched exactly and interpolated in the
shader: the filter of a texture unit works with weights of 8 bits. Where a sample lies is kept
in two parts, each exact in single precision: 1e-7 of a voxel, where one part alone would be off
by 5e-5 at the far end of 600 slices. What is a graphics card to a driver is none of this room's.

Of a volume that a card has no room for, it holds every second voxel, or every fourth, along as
many axes as need be: for previews (`SliceRequest.coarse`), never for a picture at rest.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine
from workstation.rendering.slice_cpu import SLAB_STEP_MM, SliceRequest, slab_steps
from workstation.viewing.viewport import Interpolation, SlabMode

#: The first part of a number is a multiple of this: so many pixels times so many of it are
#: exact as long as a plane stays within some 4000 voxels of the volume.
_FINE: Final = 2.0**-12
_FAR: Final = 4096.0
#: Of fewer voxels along an axis than every fourth not even a preview is made.
_FEWEST: Final = 4

VERTEX: Final = """#version 330 core
void main() {
    vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}
"""

_FRAGMENT: Final = """#version 330 core
uniform {sampler} voxels;
uniform ivec3 last;        // the highest index along each axis
uniform vec3 origin[2];    // index of the first sample of the first pixel, in two parts
uniform vec3 across[2];    // from pixel to pixel
uniform vec3 down[2];      // from row to row
uniform vec3 through[2];   // from sample to sample of a slab
uniform int steps;
uniform int mode;          // 0 mean, 1 largest, 2 least
uniform int nearest;
uniform int empty;         // the bits of what lies outside
out {out} made;

const float EDGE = 0.50001;  // a voxel reaches half a voxel beyond its centre
const float HALF_WAY = 1.0 / 131072.0;  // below it counts as half way, as it does to VTK

float voxel(ivec3 at) {{
    return float(texelFetch(voxels, clamp(at, ivec3(0), last), 0).r);
}}

float between(ivec3 at, vec3 part) {{
    float a = voxel(at), b = voxel(at + ivec3(1, 0, 0));
    float c = voxel(at + ivec3(0, 1, 0)), d = voxel(at + ivec3(1, 1, 0));
    float e = voxel(at + ivec3(0, 0, 1)), f = voxel(at + ivec3(1, 0, 1));
    float g = voxel(at + ivec3(0, 1, 1)), h = voxel(at + ivec3(1, 1, 1));
    float near = mix(mix(a, b, part.x), mix(c, d, part.x), part.y);
    float far = mix(mix(e, f, part.x), mix(g, h, part.x), part.y);
    return mix(near, far, part.z);
}}

// Compared, never added up, so that nothing is rounded to the other side of half way.
ivec3 closest(vec3 rest, vec3 more) {{
    vec3 least = -more - HALF_WAY;
    ivec3 beyond = ivec3(greaterThanEqual(rest - 0.5, least));
    ivec3 further = ivec3(greaterThanEqual(rest - 1.5, least));
    return beyond + further - ivec3(lessThan(rest + 0.5, least));
}}

bool within(ivec3 at, vec3 part) {{
    bvec3 before = lessThan(at, ivec3(0)), beyond = greaterThanEqual(at, last);
    for (int axis = 0; axis < 3; axis++) {{
        if (before[axis] && (at[axis] < -1 || part[axis] < 1.0 - EDGE)) return false;
        if (beyond[axis] && (at[axis] > last[axis] || part[axis] > EDGE)) return false;
    }}
    return true;
}}

void main() {{
    float column = gl_FragCoord.x - 0.5, row = gl_FragCoord.y - 0.5;
    vec3 rough = origin[0] + column * across[0] + row * down[0];
    vec3 fine = origin[1] + column * across[1] + row * down[1];
    float sum = 0.0, most = 0.0, least = 0.0;
    int count = 0;
    for (int step = 0; step <= steps; step++) {{
        vec3 coarse = rough + float(step) * through[0];
        if (any(greaterThan(abs(coarse), vec3({far})))) continue;
        vec3 whole = floor(coarse);
        vec3 rest = coarse - whole, more = fine + float(step) * through[1];
        vec3 part = rest + more, carried = floor(part);
        ivec3 at = ivec3(whole + carried);
        part -= carried;
        if (!within(at, part)) continue;
        float value = nearest != 0 ? voxel(ivec3(whole) + closest(rest, more)) : between(at, part);
        most = count == 0 ? value : max(most, value);
        least = count == 0 ? value : min(least, value);
        sum += value;
        count++;
    }}
    float value = mode == 1 ? most : mode == 2 ? least : sum / float(max(count, 1));
    if (count == 0) {{
        made = {none};
        return;
    }}
    made = {value};
}}
"""


@frozen
class Layout:
    """How values of a type lie on a card: OpenGL's numbers, and its words in a shader."""

    internal: int
    format: int
    type: int
    prefix: str  # of samplers and vectors: i, u or nothing


_RED, _RED_INTEGER = 0x1903, 0x8D94
_LAYOUTS: Final = {
    "uint8": Layout(0x8232, _RED_INTEGER, 0x1401, "u"),
    "int8": Layout(0x8231, _RED_INTEGER, 0x1400, "i"),
    "uint16": Layout(0x8234, _RED_INTEGER, 0x1403, "u"),
    "int16": Layout(0x8233, _RED_INTEGER, 0x1402, "i"),
    "int32": Layout(0x8235, _RED_INTEGER, 0x1404, "i"),
    "float32": Layout(0x822E, _RED, 0x1406, ""),
}
#: Voxels that single precision holds exactly; samples may be any type of `_LAYOUTS`.
_VOXELS: Final = frozenset({"uint8", "int8", "uint16", "int16", "float32"})
_MODES: Final = {SlabMode.MEAN: 0, SlabMode.MIP: 1, SlabMode.MINIP: 2}


def layout_of(kind: np.dtype[Any] | type[Any]) -> Layout:
    """Of samples or voxels of a type that `takes` allows."""
    return _LAYOUTS[np.dtype(kind).name]


def takes(voxels: NDArray[Any], kind: np.dtype[Any] | type[Any]) -> bool:
    """Whether grey voxels of this type can be sampled as that one, exactly."""
    grey = voxels.ndim == 3 and voxels.dtype.name in _VOXELS
    return grey and np.dtype(kind).name in _LAYOUTS


def takes_request(request: SliceRequest) -> bool:
    """Cubic interpolation is the CPU's alone."""
    return request.interpolation is not Interpolation.CUBIC


def is_preview(request: SliceRequest) -> bool:
    """What asks for fewer samples than there are may have fewer voxels too."""
    return request.coarse > 1.0


@frozen
class Thinning:
    """Of slices, rows and columns the first of every so many."""

    every: tuple[int, int, int] = (1, 1, 1)

    def further(self, shape: Sequence[int]) -> "Thinning | None":
        """Half as many, along the axis of which most are left; None where all are few."""
        left = [math.ceil(count / each) for count, each in zip(shape, self.every, strict=True)]
        thick = [at for at, each in enumerate(self.every) if each < _FEWEST]
        if not thick:
            return None
        longest = max(thick, key=left.__getitem__)
        slices, rows, columns = (
            2 * each if at == longest else each for at, each in enumerate(self.every)
        )
        return Thinning((slices, rows, columns))

    def of(self, voxels: NDArray[Any]) -> NDArray[Any]:
        """A view: nothing is copied."""
        slices, rows, columns = self.every
        return voxels[::slices, ::rows, ::columns]

    def placed(self, affine: Affine) -> Affine:
        """Where the voxels that are left lie: index (column, row, slice) to LPS mm."""
        slices, rows, columns = self.every
        return affine.grid((columns, rows, slices), (0.0, 0.0, 0.0))


def fragment(voxels: Layout, samples: Layout) -> str:
    """The shader that samples voxels of one type as another."""
    vector = f"{samples.prefix}vec4"
    if samples.prefix:
        number = "uint" if samples.prefix == "u" else "int"
        none, value = f"{number}(empty)", f"{number}(int(floor(value + 0.5)))"
    else:
        none, value = "intBitsToFloat(empty)", "value"
    return _FRAGMENT.format(
        sampler=f"{voxels.prefix}sampler3D",
        out=vector,
        far=f"{_FAR:.1f}",
        none=f"{vector}({none})",
        value=f"{vector}({value})",
    )


@frozen(eq=False)
class Aim:
    """The uniforms of one request; vectors in two parts, (2, 3) single precision."""

    origin: NDArray[np.float32]
    across: NDArray[np.float32]
    down: NDArray[np.float32]
    through: NDArray[np.float32]
    steps: int
    mode: int
    nearest: int


def aim(request: SliceRequest, affine: Affine) -> Aim:
    """Where the samples of a request lie among the voxels."""
    to_index = np.asarray(np.linalg.inv(affine.matrix), np.float64)
    linear, (high, wide) = to_index[:3, :3], request.spacing
    steps = slab_steps(request, to_index)
    step_mm = request.slab_mm / steps if steps else SLAB_STEP_MM
    through = linear @ np.multiply(request.normal, step_mm)
    first = linear @ np.asarray(request.origin) + to_index[:3, 3] - through * steps / 2
    return Aim(
        _parts(first),
        _parts(linear @ np.multiply(request.row, wide)),
        _parts(linear @ np.multiply(request.column, high)),
        _parts(through),
        steps,
        _MODES[request.mode],
        int(request.interpolation is Interpolation.NEAREST),
    )


def _parts(vector: NDArray[np.float64]) -> NDArray[np.float32]:
    rough = np.rint(vector / _FINE) * _FINE
    return np.stack((rough, vector - rough)).astype(np.float32)
