"""Phantoms for every verdict on geometry, as single slices and as one enhanced object.

The positions are made by arithmetic; nothing here asks the program where a slice lies.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from fakes_metadata import Json, instance, sets_of, values

from workstation.dicom.verdicts import verdict_of
from workstation.domain.study import DisplaySet, DisplaySetKind, Trait
from workstation.viewing.orientation import EdgeLetters, edge_letters
from workstation.viewing.phases import phases_of
from workstation.viewing.viewport import ViewportState

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
#: Prone: columns run to the front, so that the normal points to the feet.
PRONE = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
LEANING = (1.0, 0.0, 0.0, 0.0, math.cos(math.radians(20)), -math.sin(math.radians(20)))
Place = tuple[Sequence[float], Sequence[float]]  # position, directions
Make = Callable[[Sequence[Place]], list[Json]]

MEASURES: dict[str, Any] = {"t00280030": [0.8, 0.6], "t00180050": [5.0]}


def classic(places: Sequence[Place]) -> list[Json]:
    """One instance for each slice, numbered in the order given."""
    return [
        instance(
            f"1.4.{at + 1}", t00200013=[at + 1], t00200032=list(position), t00200037=list(axes),
            **MEASURES,
        )
        for at, (position, axes) in enumerate(places)
    ]  # fmt: skip


def enhanced(places: Sequence[Place]) -> list[Json]:
    """The same slices as frames of one object, described by functional groups."""
    frames = [
        values(
            t00209113=[values(t00200032=list(position))],
            t00209116=[values(t00200037=list(axes))],
            t00209111=[values(t00209056=["1"], t00209057=[at + 1])],
        )
        for at, (position, axes) in enumerate(places)
    ]
    shared = values(t00289110=[values(**MEASURES)])
    return [instance("1.4.9", t00280008=[len(frames)], t52009229=[shared], t52009230=frames)]


def ultrasound(count: int, moments: Sequence[float] = (0.0,)) -> list[Json]:
    """An Enhanced US Volume: planes along the probe, in axes of their own, at moments (s)."""
    frames = [
        values(
            t0020930E=[values(t00209301=[-20.0, 4.0, 0.7 * at])],
            t00209310=[values(t0020930D=[when])],
            t00189807=[values(t00189808=["TISSUE_INTENSITY"])],
        )
        for when in moments
        for at in range(count)
    ]
    shared = values(
        t00289110=[values(t00280030=[0.3, 0.4])],
        t0020930F=[values(t00209302=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])],
    )
    return [
        instance(
            "1.4.9", t00080016=["1.2.840.10008.5.1.4.1.1.6.2"], t00080060=["US"],
            t00209312=["1.9.7"], t00280008=[len(frames)], t52009229=[shared], t52009230=frames,
        )
    ]  # fmt: skip


def along_z(*levels: float, axes: Sequence[float] = AXIAL) -> list[Place]:
    return [((-150.0, -140.0, level), axes) for level in levels]


def left_out(places: list[Place], *indices: int) -> list[Place]:
    return [place for at, place in enumerate(places) if at not in indices]


def noisy() -> list[Place]:
    """0.625 mm apart, written with one decimal, numbered at random."""
    places = along_z(*(round(-100 + 0.625 * at, 1) for at in range(80)))
    random.Random(7).shuffle(places)
    return places


def turning() -> list[Place]:
    """A camera around the head: each image has its own direction."""
    return [
        ((0.0, 0.0, 0.0), (math.cos(a), math.sin(a), 0.0, 0.0, 0.0, -1.0))
        for a in (math.radians(10 * step) for step in range(12))
    ]


EVEN = along_z(*(5.0 * at for at in range(30)))
TILTED = along_z(*(5.0 * at for at in range(30)), axes=LEANING)

#: Slices; verdict, reason, distance between slices, reformats allowed.
PHANTOMS: dict[str, tuple[list[Place], str, str, float | None, bool]] = {
    "even": (EVEN, "regular", "", 5.0, True),
    "feet first": (EVEN[::-1], "regular", "", 5.0, True),
    "left-handed": (along_z(*(5.0 * at for at in range(30)), axes=PRONE), "regular", "", 5.0, True),
    "rounding noise": (noisy(), "regular", "", 0.625, True),
    "tilted": (TILTED, "tilted", "gantry tilt of 20.0°", 5 * math.cos(math.radians(20)), True),
    "tilted with a gap": (
        left_out(TILTED, 12), "missing-slices",
        "1 slice missing between images 17 and 18; gantry tilt of 20.0°",
        5 * math.cos(math.radians(20)), False,
    ),
    "uneven": (
        along_z(0, 2.5, 5, 7.5, 10, 14.2, 18.4, 22.6), "uneven",
        "distances between images from 2.50 to 4.20 mm", None, False,
    ),
    "one gap of two": (
        left_out(EVEN, 10, 11), "missing-slices",
        "2 slices missing between images 18 and 19", 5.0, False,
    ),
    "two gaps": (
        left_out(EVEN, 3, 20), "missing-slices",
        "2 slices missing: 1 between 9 and 10, 1 between 25 and 26", 5.0, False,
    ),
    "one twice": (
        [*EVEN, EVEN[4]], "duplicate-positions",
        "more than one image at 1 of 30 places: images 26, 27", None, False,
    ),
    "all twice": (
        EVEN + EVEN, "duplicate-positions", "2 images at each of 30 places", None, False,
    ),
    "a rotation": (
        turning(), "mixed-orientation",
        "images of more than one orientation or pixel size", None, False,
    ),
    "directions that drift": (
        [*along_z(0, 5, 10), *along_z(15, 20, axes=(1.0, 0.0, 0.0, 0.0, 0.9998, 0.02))],
        "mixed-orientation", "images of more than one orientation or pixel size", None, False,
    ),
    "two slices": (EVEN[:2], "regular", "", 5.0, False),
    "one slice": (EVEN[:1], "regular", "", None, False),
}  # fmt: skip


@pytest.mark.parametrize("make", [classic, enhanced])
@pytest.mark.parametrize("name", PHANTOMS)
def test_each_phantom_has_its_verdict(make: Make, name: str) -> None:
    """A reformat through slices that are not where they seem shows a body that is not there."""
    places, verdict, reason, distance, mpr = PHANTOMS[name]

    (found,) = sets_of(make(places))

    said = verdict_of(found)
    assert len(found.frames) == len(places)
    assert (said["geometry"]["verdict"], said["geometry"]["reason"]) == (verdict, reason)
    assert said["geometry"]["spacing_mm"][2] == pytest.approx(distance, abs=0.005)
    assert said["mpr"] is mpr
    assert (said["length_unit"], said["measure_note"]) == ("mm", "")


@pytest.mark.parametrize("make", [classic, enhanced])
def test_spacing_is_told_between_columns_first(make: Make) -> None:
    """[x, y, z] as the contract says; Pixel Spacing has rows first."""
    (found,) = sets_of(make(EVEN))

    assert verdict_of(found)["geometry"]["spacing_mm"] == [0.6, 0.8, 5.0]
    assert verdict_of(found)["geometry"]["orientation"] == "axial"


@pytest.mark.parametrize("make", [classic, enhanced])
@pytest.mark.parametrize("places", [EVEN, EVEN[::-1], noisy(), TILTED])
def test_slices_are_scrolled_from_the_head(make: Make, places: list[Place]) -> None:
    """By position, whatever their numbers say."""
    (found,) = sets_of(make(places))

    levels = [frame.plane.origin[2] for frame in found.frames if frame.plane]
    assert levels == sorted((position[2] for position, _ in places), reverse=True)


@pytest.mark.parametrize("make", [classic, enhanced])
def test_without_a_position_nothing_is_reformatted(make: Make) -> None:
    """Slices that do not say where they lie are still read, one by one."""
    headers = make(EVEN)
    for header in headers:
        header.pop("00200032", None)
        for frame in header.get("52009230", {"Value": []})["Value"]:
            frame.pop("00209113")

    (found,) = sets_of(headers)

    said = verdict_of(found)
    assert said["geometry"] == {
        "verdict": "no-position",
        "reason": "images without a position in the patient",
        "spacing_mm": [0.6, 0.8, None],
        "orientation": "",
    }
    assert not said["mpr"]
    assert [frame.number for frame in found.frames] == list(range(1, 31))


@pytest.mark.parametrize(
    ("modality", "tags", "spacing", "unit"),
    [
        ("DX", {"t00181164": [0.2, 0.1]}, [0.1, 0.2, None], ("mm", "detector")),
        ("US", {}, [None, None, None], ("px", "")),
        ("OT", {}, [None, None, None], ("px", "")),
    ],
)
def test_what_does_not_lie_in_a_body_is_not_spatial(
    modality: str, tags: dict[str, Any], spacing: list[float | None], unit: tuple[str, str]
) -> None:
    """A radiograph or a screen capture has no place to doubt."""
    (found,) = sets_of([instance(t00080060=[modality], **tags)])

    said = verdict_of(found)
    assert (said["geometry"]["verdict"], said["geometry"]["reason"]) == ("not-spatial", "")
    assert said["geometry"]["spacing_mm"] == spacing
    assert (said["length_unit"], said["measure_note"]) == unit


def test_a_dose_sheet_among_ct_slices_is_no_slice_without_a_place() -> None:
    """A screen capture filed with modality CT stands apart and spoils no verdict."""
    capture = instance("1.4.99", t00080016=["1.2.840.10008.5.1.4.1.1.7"])

    stack, sheet = sets_of([*classic(EVEN), capture])

    assert verdict_of(stack)["mpr"]
    assert verdict_of(sheet)["geometry"]["verdict"] == "not-spatial"


def test_tomosynthesis_has_planes_but_no_lengths_across_them() -> None:
    """What lies in one slice of it is smeared over its neighbours."""
    (header,) = enhanced([((0.0, 0.0, float(z)), AXIAL) for z in range(10)])
    header |= values(t00080060=["MG"])

    (found,) = sets_of([header])

    said = verdict_of(found)
    assert (said["geometry"]["verdict"], said["mpr"]) == ("regular", False)
    assert "tomosynthesis" in said["geometry"]["reason"]


def nuclear(spacing: float, *, placed: bool = True) -> DisplaySet:
    """Reconstructed slices: the first one's place, a spacing and a vector (PS3.3 C.8.4.15)."""
    detector = values(t00200032=[0, 0, 100], t00200037=list(AXIAL))
    (found,) = sets_of(
        [
            instance(
                t00080060=["NM"], t00080008=["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
                t00280008=[5], t00540080=[1, 2, 3, 4, 5], t00180088=[spacing],
                t00280030=[4, 4], t00540022=[detector] if placed else [],
            )
        ]
    )  # fmt: skip
    return found


@pytest.mark.parametrize(("spacing", "levels"), [(6, [124, 118, 112, 106, 100]),
                                                 (-6, [100, 94, 88, 82, 76])])  # fmt: skip
def test_nuclear_slices_lie_where_their_vector_says(spacing: float, levels: list[int]) -> None:
    """A negative spacing stacks against the normal of the first slice."""
    found = nuclear(spacing)

    assert [frame.plane.origin[2] for frame in found.frames if frame.plane] == levels
    assert (found.geometry.mpr, found.kind) == (True, DisplaySetKind.VOLUME)


def test_nuclear_slices_without_a_first_place_have_none() -> None:
    """A reconstruction that does not say where it lies must not be fused with a CT."""
    found = nuclear(6, placed=False)

    assert verdict_of(found)["geometry"]["verdict"] == "no-position"


@pytest.mark.parametrize(
    ("axes", "offsets", "levels"),
    [
        (AXIAL, [0, 3, 6], [16, 13, 10]),  # from the first plane
        (AXIAL, [10, 13, 16], [16, 13, 10]),  # the patient's z
        (PRONE, [10, 13, 16], [16, 13, 10]),
        (PRONE, [0, 3, 6], [10, 7, 4]),
    ],
)
def test_a_dose_grid_lies_where_its_offsets_say(
    axes: Sequence[float], offsets: list[int], levels: list[int]
) -> None:
    """Grid Frame Offset Vector, both ways it is written (PS3.3 C.8.8.3.2)."""
    (found,) = sets_of(
        [
            instance(
                t00080060=["RTDOSE"], t00280008=[3], t3004000C=offsets, t00280030=[2, 2],
                t00200032=[0, 0, 10], t00200037=list(axes),
                t00080016=["1.2.840.10008.5.1.4.1.1.481.2"],
            )
        ]
    )  # fmt: skip

    assert [frame.plane.origin[2] for frame in found.frames if frame.plane] == levels
    assert found.kind is DisplaySetKind.RT


def test_an_ultrasound_volume_has_planes_and_no_sides_of_the_patient() -> None:
    """A volume of a breast or a fetus: its millimetres hold, but an R at its edge would be a
    guess that somebody operates by (PS3.3 C.8.24.2)."""
    (found,) = sets_of(ultrasound(40))

    said, first = verdict_of(found), found.frames[0]
    assert found.kind is DisplaySetKind.VOLUME
    assert (said["geometry"]["verdict"], said["mpr"]) == ("regular", True)
    assert said["geometry"]["spacing_mm"] == pytest.approx([0.4, 0.3, 0.7])
    assert said["geometry"]["orientation"] == ""
    assert first.plane is not None
    assert first.plane.origin == (-20.0, 4.0, 0.0)
    assert first.frame_of_reference == "1.9.7"
    assert not first.in_patient
    assert edge_letters(ViewportState(), first) == EdgeLetters()
    assert "axial" not in found.label.casefold()


def test_what_an_ultrasound_volume_says_of_the_patient_goes_before_its_own_axes() -> None:
    """A probe that a table tracks knows where the patient is: then sides are told."""
    (made,) = ultrasound(3)
    frames = made["52009230"]["Value"]
    for at, frame in enumerate(frames):
        frame.update(values(t00209113=[values(t00200032=[5.0, 6.0, 9.0 + at])]))
    made["52009229"]["Value"][0].update(values(t00209116=[values(t00200037=list(AXIAL))]))
    made.update(values(t00200052=["1.9.8"]))

    (found,) = sets_of([made])

    last = found.frames[-1]  # from the head
    assert last.in_patient
    assert last.plane is not None
    assert last.plane.origin == (5.0, 6.0, 9.0)
    assert last.frame_of_reference == "1.9.8"
    assert edge_letters(ViewportState(), last) == EdgeLetters("R", "A", "L", "P")


def test_the_moments_of_an_ultrasound_volume_are_stacks_that_go_through_time() -> None:
    """A beating heart: ten volumes at one place, gone through with the slider of phases."""
    found = sets_of(ultrasound(5, moments=(0.0, 0.05, 0.1)))

    assert [len(each.frames) for each in found] == [5, 5, 5]
    phases = phases_of(found[1], found)
    assert phases is not None
    assert (phases.axis, phases.values, phases.at) == (Trait.FRAME_TIME, (0.0, 50.0, 100.0), 1)
    assert phases.seconds == pytest.approx(0.05)
