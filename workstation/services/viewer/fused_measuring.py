"""Measuring on a fused view: the image below as ever, and what lies over the same place."""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve, frozen

from workstation.domain.geometry import Vector
from workstation.domain.measurement import REGIONS, Measurement, MeasurementKind, PixelPoint, Sphere
from workstation.domain.registration import Rigid
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.layer_values import region_values, value_near
from workstation.imaging.spheres import sphere_values
from workstation.imaging.volume_voxels import Volume
from workstation.services.screen.place_words import number
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing.linking import space


def with_layer(shown: Shown, made: Measurement) -> Measurement:
    """A region or a point with the voxels of the layer that lie in it; where the layer is not
    here, or says nothing of the place, as it was."""
    fused, plane = shown.fused, shown.frame.plane
    if fused is None or fused.volume is None or plane is None or fused.missing:
        return made
    found = MappingProxyType[str, float]({})
    if made.kind in REGIONS and made.value is not None:
        found = MappingProxyType(
            dict(region_values(fused.volume, fused.rigid.plane(plane), made.kind, made.points))
        )
    elif made.kind is MeasurementKind.POINT:
        there = value_near(fused.volume, fused.rigid.point(plane.to_patient(*made.points[0])))
        found = MappingProxyType({} if there is None else {"value": there})
    unit = fused.volume.frame.rescale.unit
    return evolve(made, layer=found, layer_unit=unit) if found else made


@frozen
class Ball:
    """A sphere about a measurement, in the patient space of a display set."""

    mark: str
    display_set: DisplaySet
    centre: Vector
    radius_mm: float

    @property
    def sphere(self) -> Sphere:
        """As it is written down."""
        own = self.display_set
        return Sphere(self.centre, space(own.frames[0]), own.series)


def ball(shown: Shown, mark: Measurement, above: DisplaySet, rigid: Rigid) -> Ball:
    """About the middle of a region, as wide as it is where it is widest.

    Raises CommandError where it is no region with millimetres.
    """
    plane = shown.frame.plane
    if mark.kind not in REGIONS or plane is None:
        raise CommandError(tr("{id} is no region: draw one about the lesion first", id=mark.id))
    xs, ys = zip(*mark.points, strict=True)
    middle = plane.to_patient((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    wide = (max(xs) - min(xs)) * plane.column_spacing
    high = (max(ys) - min(ys)) * plane.row_spacing
    return Ball(mark.id, above, rigid.point(middle), max(wide, high) / 2)


def sphere(ball: Ball, volume: Volume, percent: float) -> Mapping[str, float]:
    """What it holds. Raises CommandError where it holds nothing of the volume."""
    found = sphere_values(volume, ball.centre, ball.radius_mm, percent)
    if not found:
        raise CommandError(tr("nothing of the PET lies in this sphere, or too much of it"))
    return found


def beside(shown: Shown, at: PixelPoint) -> str:
    """The value of the layer over a pixel, with its unit; empty where there is none."""
    fused, plane = shown.fused, shown.frame.plane
    if fused is None or fused.volume is None or plane is None or fused.missing:
        return ""
    found = value_near(fused.volume, fused.rigid.point(plane.to_patient(*at)))
    return "" if found is None else f"{number(found)} {fused.volume.frame.rescale.unit}".rstrip()
