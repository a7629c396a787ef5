"""What must not be mixed on one viewport, and what must not be torn apart."""

from collections.abc import Callable, Sequence

import pytest
from fakes_metadata import Json, instance, sets_of, values

from workstation.dicom.verdicts import verdict_of
from workstation.domain.study import DisplaySet, DisplaySetKind

AXIAL = [1, 0, 0, 0, 1, 0]
CORONAL = [1, 0, 0, 0, 0, -1]
PERFUSION = ["ORIGINAL", "PRIMARY", "PERFUSION", "NONE"]


def slices(name: str, levels: Sequence[float], **tags: object) -> list[Json]:
    return [
        instance(f"1.4.{name}.{at}", **{
            "t00200013": [at + 1], "t00200032": [0, 0, level], "t00200037": AXIAL,
            "t00280030": [1, 1], "t00080060": ["MR"], **tags,
        })
        for at, level in enumerate(levels)
    ]  # fmt: skip


def shapes(sets: Sequence[DisplaySet]) -> list[tuple[int, str]]:
    return [(len(each.frames), each.geometry.verdict.value) for each in sets]


#: What differs between two stacks at the same places, as one header writes it.
DIFFERENCES = {
    "echo": ({"t00180081": [2.3]}, {"t00180081": [4.6]}),
    "echo number": ({"t00180086": [1]}, {"t00180086": [2]}),
    "b-value": ({"t00189087": [0]}, {"t00189087": [1000]}),
    "b-value of Siemens": (
        {"t00190010": ["SIEMENS MR HEADER"], "t0019100C": [0]},
        {"t00190010": ["SIEMENS MR HEADER"], "t0019100C": [800]},
    ),
    "b-value of GE": (
        {"t00430010": ["GEMS_PARM_01"], "t00431039": [1000000050, 8, 0, 0]},
        {"t00430010": ["GEMS_PARM_01"], "t00431039": [1000000800, 8, 0, 0]},
    ),
    "trace and direction": ({"t00189075": ["ISOTROPIC"]}, {"t00189075": ["DIRECTIONAL"]}),
    "magnitude and phase": (
        {"t00080008": ["ORIGINAL", "PRIMARY", "M"]},
        {"t00080008": ["ORIGINAL", "PRIMARY", "P"]},
    ),
    "water and fat": (
        {"t00080008": ["DERIVED", "PRIMARY", "DIXON", "WATER"]},
        {"t00080008": ["DERIVED", "PRIMARY", "DIXON", "FAT"]},
    ),
    "contrast": ({"t00180010": []}, {"t00180010": ["GADOVIST"]}),
    "time": ({"t00200100": [1]}, {"t00200100": [2]}),
    "cardiac phase": ({"t00209241": [30]}, {"t00209241": [70]}),
    "trigger": ({"t00181060": [0]}, {"t00181060": [400]}),
    "acquisition": ({"t00200012": [1]}, {"t00200012": [2]}),
    "matrix": ({"t00280010": [512]}, {"t00280010": [256]}),
    "pixel size": ({"t00280030": [1, 1]}, {"t00280030": [0.5, 0.5]}),
    "frame of reference": ({"t00200052": ["1.9.1"]}, {"t00200052": ["1.9.2"]}),
    "patient": ({"t00100020": ["A"]}, {"t00100020": ["B"]}),
    "SOP class": ({"t00080016": ["1.2.840.10008.5.1.4.1.1.4"]}, {"t00080016": ["1.2.3"]}),
    "photometric": ({"t00280004": ["MONOCHROME2"]}, {"t00280004": ["MONOCHROME1"]}),
    "orientation": (
        {"t00200037": AXIAL}, {"t00200037": [0.9, 0.43589, 0, -0.43589, 0.9, 0]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_differs_at_one_place_is_two_stacks(name: str) -> None:
    """Scrolled as one, every second image would be another kind of image."""
    one, other = DIFFERENCES[name]
    levels = [0, 3, 6, 9]

    sets = sets_of([*slices("1", levels, **one), *slices("2", levels, **other)])

    assert shapes(sets) == [(4, "regular"), (4, "regular")]
    assert len({each.label for each in sets}) == 2


@pytest.mark.parametrize("name", ["time", "trigger", "acquisition"])
def test_what_goes_on_along_the_patient_is_one_stack(name: str) -> None:
    """A chest in two breath-holds, or slices that each have their own trigger time."""
    one, other = DIFFERENCES[name]

    sets = sets_of([*slices("1", [0, 3, 6], **one), *slices("2", [9, 12, 15], **other)])

    assert shapes(sets) == [(6, "regular")]


def test_a_head_whose_lower_half_was_added_up_is_one_stack() -> None:
    """In CT the later values of Image Type are the vendor's; the head is read in one go."""
    low, high = ["ORIGINAL", "PRIMARY", "AXIAL", "ADD"], ["ORIGINAL", "PRIMARY", "AXIAL"]
    ct = {"t00080060": ["CT"]}

    sets = sets_of(
        [*slices("1", [0, 4, 8], t00080008=low, **ct), *slices("2", [12, 16], t00080008=high, **ct)]
    )

    assert shapes(sets) == [(5, "regular")]


def test_energies_of_one_ct_are_two_stacks() -> None:
    """The same vendor's values at the same places: two kinds of image."""
    sets = sets_of(
        [
            header
            for name in ("WATER", "IODINE")
            for header in slices(
                name, [0, 4, 8], t00080060=["CT"],
                t00080008=["DERIVED", "PRIMARY", "AXIAL", name],
            )
        ]
    )  # fmt: skip

    assert shapes(sets) == [(3, "regular"), (3, "regular")]


def test_a_beating_heart_in_one_slice_is_one_cine() -> None:
    """Twenty phases of one place are looked at as a film, not as twenty images."""
    frames = [
        values(
            t00209113=[values(t00200032=[0, 0, 5])],
            t00189118=[values(t00209241=[5 * phase])],
            t00209111=[values(t00209056=["1"], t00209128=[phase + 1])],
        )
        for phase in range(20)
    ]
    shared = values(t00209116=[values(t00200037=AXIAL)], t00289110=[values(t00280030=[1, 1])])

    (found,) = sets_of(
        [instance(t00080060=["MR"], t00280008=[20], t52009229=[shared], t52009230=frames)]
    )

    assert (len(found.frames), found.kind) == (20, DisplaySetKind.CINE)
    assert verdict_of(found)["geometry"]["reason"] == "20 images at one place"


def perfusion(times: int, levels: Sequence[float]) -> Json:
    """An enhanced object: every slice at every time."""
    frames = [
        values(
            t00209113=[values(t00200032=[0, 0, level])],
            t00209111=[values(t00209056=["1"], t00209128=[time + 1])],
        )
        for time in range(times)
        for level in levels
    ]
    shared = values(
        t00209116=[values(t00200037=AXIAL)], t00289110=[values(t00280030=[1, 1])],
        t00189226=[values(t00089007=PERFUSION)],
    )  # fmt: skip
    return instance(t00080060=["MR"], t00280008=[len(frames)], t52009229=[shared], t52009230=frames)


def test_times_of_an_enhanced_object_are_stacks_of_their_own() -> None:
    sets = sets_of([perfusion(3, [0, 5, 10, 15])])

    assert shapes(sets) == [(4, "regular")] * 3
    assert [each.label for each in sets] == [f"Axial MR time {n}" for n in (1, 2, 3)]


def test_stacks_of_an_enhanced_object_stand_apart() -> None:
    """Discs of a spine: a stack for each, in one object."""
    frames = [
        values(
            t00209113=[values(t00200032=[0, 0, 100 * stack + 4 * at])],
            t00209111=[values(t00209056=[str(stack)], t00209057=[at + 1])],
        )
        for stack in (1, 2)
        for at in range(3)
    ]
    shared = values(t00209116=[values(t00200037=AXIAL)], t00289110=[values(t00280030=[1, 1])])

    sets = sets_of(
        [instance(t00080060=["MR"], t00280008=[6], t52009229=[shared], t52009230=frames)]
    )

    assert shapes(sets) == [(3, "regular"), (3, "regular")]


def test_discs_of_a_spine_are_stacks_by_direction() -> None:
    """Five angled stacks of three in one classic series: five, not fifteen in a heap."""
    headers = [
        header
        for disc, tilt in enumerate((0.0, 0.1, 0.2, 0.3, 0.4))
        for header in slices(
            str(disc), [40 * disc + 4 * at for at in range(3)],
            t00200037=[1, 0, 0, 0, (1 - tilt**2) ** 0.5, -tilt],
        )
    ]  # fmt: skip

    assert [len(each.frames) for each in sets_of(headers)] == [3] * 5


def test_parts_of_a_concatenation_are_one_object() -> None:
    """A long cine sent in three instances is one film, in the order of its frames."""
    parts = [
        instance(
            f"1.4.{part}", t00080060=["XA"], t00280008=[4], t00209161=["1.7.7"],
            t00209162=[part], t00209228=[4 * (part - 1)],
        )
        for part in (2, 3, 1)
    ]  # fmt: skip

    (found,) = sets_of(parts)

    assert found.kind is DisplaySetKind.CINE
    assert [frame.number for frame in found.frames] == list(range(1, 13))


@pytest.mark.parametrize(
    ("here", "total", "lost"),
    [((1, 2, 3), [3], False), ((1, 3), [3], True), ((1, 3), [], True), ((1, 2), [3], True),
     ((1, 2), [], False)],
)  # fmt: skip
def test_a_lost_part_of_a_concatenation_is_told(
    here: Sequence[int], total: list[int], lost: bool
) -> None:
    """A film of which a third is missing plays on as if it were whole."""
    (found,) = sets_of(
        instance(
            f"1.4.{part}", t00080060=["XA"], t00280008=[4], t00209161=["1.7.7"],
            t00209162=[part], t00209163=total, t00209228=[4 * (part - 1)],
        )
        for part in here
    )  # fmt: skip

    assert {frame.doubts for frame in found.frames} == {("lost-parts",) if lost else ()}


def siemens(b: int, towards: list[float]) -> Json:
    return {
        "t00190010": ["SIEMENS MR HEADER"], "t0019100C": [b], "t0019100E": towards,
    }  # fmt: skip


def general_electric(b: int, towards: list[float]) -> Json:
    found = {"t00430010": ["GEMS_PARM_01"], "t00431039": [1_000_000_000 + b, 8, 0, 0]}
    parts = zip(("BB", "BC", "BD"), towards, strict=False)
    return found | {"t00190011": ["GEMS_ACQU_01"]} | {f"t001911{e}": [at] for e, at in parts}


def philips(b: int, towards: list[float]) -> Json:
    found = {"t20010010": ["Philips Imaging DD 001"], "t20011003": [b]}
    parts = zip(("B0", "B1", "B2"), towards, strict=False)
    creator = {"t20050014": ["Philips MR Imaging DD 001"]}
    return found | creator | {f"t200514{e}": [at] for e, at in parts}


def standard(b: int, towards: list[float]) -> Json:
    return {"t00189087": [b], "t00189089": towards}


@pytest.mark.parametrize("written", [siemens, general_electric, philips, standard])
def test_directions_of_one_b_value_are_a_stack_each(
    written: Callable[[int, list[float]], Json],
) -> None:
    """A diffusion series of one unweighted and three weighted directions, and their trace:
    scrolled as one, anisotropy flickers like a lesion and no slice is followed."""
    levels, across = [0, 4, 8, 12], 0.70711
    kinds = {
        "0": written(0, []), "1": written(1000, [across, across, 0.0]),
        "2": written(1000, [across, -across, 0.0]), "3": written(1000, [0.0, across, -across]),
    }  # fmt: skip
    headers = [header for name, tags in kinds.items() for header in slices(name, levels, **tags)]
    trace = slices("9", levels, **written(1000, []), t00080008=["DERIVED", "PRIMARY", "TRACEW"])

    sets = sets_of([*headers[::3], *headers[1::3], *headers[2::3], *trace])

    assert shapes(sets) == [(4, "regular")] * 5
    assert sorted(each.label for each in sets) == [
        "Axial MR b 0",
        "Axial MR b 1000 TRACEW",
        "Axial MR b 1000 direction 0 0.707 -0.707",
        "Axial MR b 1000 direction 0.707 -0.707 0",
        "Axial MR b 1000 direction 0.707 0.707 0",
    ]


def test_directions_of_an_enhanced_object_are_a_stack_each() -> None:
    """The same in one object (MR Diffusion functional group, PS3.3 C.8.13.5.9), with the ADC
    map of the same slices beside it."""
    kinds: list[Json] = [
        values(t00189087=[0], t00189075=["NONE"]),
        *(
            values(
                t00189087=[800], t00189075=["DIRECTIONAL"],
                t00189076=[values(t00189089=towards)],
            )
            for towards in ([1, 0, 0], [0, 1, 0])
        ),
        values(t00189087=[800], t00189075=["ISOTROPIC"]),
    ]  # fmt: skip
    frames = [
        values(t00209113=[values(t00200032=[0, 0, level])], t00189117=[kind])
        for kind in kinds
        for level in (0, 5, 10)
    ]
    shared = values(t00209116=[values(t00200037=AXIAL)], t00289110=[values(t00280030=[1, 1])])

    sets = sets_of(
        [instance(t00080060=["MR"], t00280008=[12], t52009229=[shared], t52009230=frames)]
    )

    assert shapes(sets) == [(3, "regular")] * 4
    assert [each.label for each in sets] == [
        "Axial MR b 0", "Axial MR b 800 direction 1 0 0", "Axial MR b 800 direction 0 1 0",
        "Axial MR b 800 ISOTROPIC",
    ]  # fmt: skip


def test_directions_that_repeat_no_slice_stay_one_stack() -> None:
    """An interleaved acquisition whose slices each have a direction of their own is one stack."""
    headers = [
        *slices("1", [0, 8, 16], **standard(500, [1, 0, 0])),
        *slices("2", [4, 12, 20], **standard(500, [0, 1, 0])),
    ]

    assert shapes(sets_of(headers)) == [(6, "regular")]


def test_each_radiograph_and_each_film_is_its_own() -> None:
    """Two projections, or two runs, are never scrolled as one stack."""
    projections = [instance(f"1.4.{n}", t00080060=["DX"]) for n in (1, 2)]
    runs = [
        instance(f"1.4.{n}", t00080060=["XA"], t00280008=[8], t0020000E=["1.3.2"]) for n in (3, 4)
    ]

    assert [len(each.frames) for each in sets_of([*projections, *runs])] == [1, 1, 8, 8]


def test_a_scout_in_three_planes_is_three_stacks() -> None:
    headers = [
        *slices("1", [0], t00200037=AXIAL), *slices("2", [0], t00200037=CORONAL),
        *slices("3", [0], t00200037=[0, 1, 0, 0, 0, -1]),
    ]  # fmt: skip

    assert [each.geometry.orientation for each in sets_of(headers)] == [
        "axial", "coronal", "sagittal",
    ]  # fmt: skip


def test_localizers_of_ct_are_no_volume() -> None:
    """Even if three of them lie side by side."""
    (found,) = sets_of(slices("1", [0, 5, 10], t00080008=["ORIGINAL", "PRIMARY", "LOCALIZER"]))

    assert not verdict_of(found)["mpr"]
    assert found.kind is DisplaySetKind.STACK


def test_energy_windows_of_a_gamma_camera_stand_apart() -> None:
    """Two isotopes in one object (Energy Window Vector, PS3.3 C.8.4.8)."""
    sets = sets_of(
        [
            instance(
                t00080060=["NM"], t00280008=[4], t00540010=[1, 1, 2, 2], t00540020=[1, 2, 1, 2],
            )
        ]
    )  # fmt: skip

    assert [len(each.frames) for each in sets] == [1, 1, 1, 1]
    assert len({each.label for each in sets}) == 4


def test_slices_of_ultrasound_and_capture_in_one_series_keep_apart() -> None:
    """A site's series of everything: a film, a still and a report are three things."""
    sets = sets_of(
        [
            instance("1.4.1", t00080060=["US"], t00280008=[9]),
            instance("1.4.2", t00080060=["US"]),
            values(
                t0020000D=["1.2"], t0020000E=["1.3"], t00080018=["1.4.3"], t00080060=["SR"],
                t00080016=["1.2.840.10008.5.1.4.1.1.88.33"],
            ),
        ]
    )  # fmt: skip

    assert [each.kind for each in sets] == [
        DisplaySetKind.CINE, DisplaySetKind.SINGLE, DisplaySetKind.REPORT,
    ]  # fmt: skip
