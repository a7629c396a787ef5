"""PET display sets in SUV: from here on everything reads SUV as it reads HU.

The modality transform of each frame is scaled, and with it what was written in its values:
windows and real world values. Probe, regions, windows, reformats and fusion then need no rule of
their own. A stack has one unit: if one of its images has no SUV, none has.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from attrs import evolve

from workstation.domain.presentation import RealWorldMap, Rescale, Voi, VoiFunction
from workstation.domain.study import DisplaySet, Frame
from workstation.domain.suv import ACTIVITY_CODES, UNITS, NoSuv, SuvType
from workstation.domain.technique import Fact, Stated
from workstation.domain.units import ucum
from workstation.imaging.suv import NotAvailable, suv_factor


def _from_zero(top: float, name: str) -> Voi:
    return Voi(top / 2, top, VoiFunction.LINEAR_EXACT, name)


#: Shown first: one window for every slice and study, as EANM's guideline for FDG asks (0 to 7).
#: Scanners write another one into each slice, or none.
_FIRST: Final[Mapping[SuvType, Voi]] = MappingProxyType(
    {
        SuvType.BW: _from_zero(7, "SUV 0 to 7"),
        SuvType.LBM: _from_zero(5, "SUVlbm 0 to 5"),
        SuvType.LBM_JAMES128: _from_zero(5, "SUVlbm 0 to 5"),
        SuvType.LBM_JANMA: _from_zero(5, "SUVlbm 0 to 5"),
        SuvType.BSA: _from_zero(2, "SUVbsa 0 to 2"),
        SuvType.IBW: _from_zero(7, "SUV 0 to 7"),
    }
)


def in_suv(sets: Sequence[DisplaySet], wanted: SuvType) -> tuple[DisplaySet, ...]:
    """All display sets of one series; those of PET in SUV, or with the reason why not."""
    times = [
        frame.suv_basis.acquired
        for each in sets
        for frame in each.frames
        if frame.suv_basis is not None and frame.suv_basis.acquired is not None
    ]
    first = min(times, default=None)
    return tuple(_in_suv(each, wanted, first) for each in sets)


def on_white(display_set: DisplaySet) -> DisplaySet:
    """PET as it is read everywhere, hot black on white; I turns it round as any other image."""
    if not display_set.frames or any(frame.suv_basis is None for frame in display_set.frames):
        return display_set
    return evolve(
        display_set, frames=tuple(evolve(frame, inverse=True) for frame in display_set.frames)
    )


def _in_suv(display_set: DisplaySet, wanted: SuvType, first: datetime | None) -> DisplaySet:
    if not display_set.frames or any(frame.suv_basis is None for frame in display_set.frames):
        return display_set
    try:
        made = tuple(_scaled(frame, wanted, first) for frame in display_set.frames)
    except NotAvailable as why:
        return evolve(display_set, no_suv=why.reason)
    return evolve(display_set, frames=made)


def _scaled(frame: Frame, wanted: SuvType, first: datetime | None) -> Frame:
    """The same pixels; what they mean in SUV."""
    rescale = _activity(frame)
    if not rescale.unit or rescale.lut is not None:
        raise NotAvailable(NoSuv.UNITS)
    assert frame.suv_basis is not None
    factor, unit = suv_factor(frame.suv_basis, wanted, first), UNITS[wanted]
    return evolve(
        frame,
        rescale=Rescale(rescale.slope * factor, rescale.intercept * factor, unit),
        vois=(_FIRST[wanted], *(_window(voi, factor) for voi in frame.vois)),
        real_world=tuple(_mapped(each, factor, ucum(unit)) for each in frame.real_world),
        technique=tuple(
            Stated(Fact.UNITS, unit) if each.fact is Fact.UNITS else each
            for each in frame.technique
        ),
    )


def _activity(frame: Frame) -> Rescale:
    """The modality transform; of enhanced PET, whose own has no unit, its real world values."""
    for each in frame.real_world:
        if each.unit in ACTIVITY_CODES and not each.values and not frame.rescale.unit:
            return Rescale(each.slope, each.intercept, each.unit)
    return frame.rescale


def _window(voi: Voi, factor: float) -> Voi:
    """The same grey for the same pixel.

    LINEAR has a half and a whole value of its unit in its formula (PS3.3 C.11.2.1.2.1), which
    are no longer ones in another unit: as LINEAR_EXACT between the same two ends it stays what
    it was. The entries of a curve stand where they stood.
    """
    if voi.function is VoiFunction.LINEAR and voi.lut is None:
        width = max(voi.width - 1.0, 1e-6)
        return evolve(
            voi,
            center=(voi.center - 0.5) * factor,
            width=width * factor,
            function=VoiFunction.LINEAR_EXACT,
        )
    return evolve(voi, center=voi.center * factor, width=voi.width * factor)


def _mapped(each: RealWorldMap, factor: float, unit: str) -> RealWorldMap:
    """A map to activity; one that measures anything else is left as it is."""
    if each.unit not in ACTIVITY_CODES:
        return each
    return evolve(
        each,
        slope=each.slope * factor,
        intercept=each.intercept * factor,
        values=tuple(value * factor for value in each.values),
        unit=unit,
    )
