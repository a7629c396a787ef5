"""Objects that came under one SOP Instance UID: told, never one shown for the other."""

import json

import pytest
from fakes_metadata import REF, UID, Json, instance
from hypothesis import given
from hypothesis import strategies as st

from workstation.dicom.display_sets import display_sets
from workstation.domain.study import Series
from workstation.protocols import dicom_json
from workstation.protocols.dicom_repeats import once


def listed(*rows: Json) -> Series:
    return dicom_json.series(json.dumps(rows).encode(), REF, UID)


def slice_at(z: int, sop: str, **tags: object) -> Json:
    place = {"t00200032": [0, 0, z], "t00200037": [1, 0, 0, 0, 1, 0], "t00280030": [1, 1]}
    return instance(sop, **place, **tags)


def test_an_object_that_is_listed_twice_is_one_and_says_so() -> None:
    """Pages of a list overlap where images arrive meanwhile: the count must not be doubled."""
    found = once(listed(slice_at(1, "1.4"), slice_at(2, "1.5"), slice_at(1, "1.4")))

    assert [each.sop for each in found.instances] == ["1.4", "1.5"]
    assert [each.frames[0].doubts for each in found.instances] == [("duplicate",), ()]


def test_what_does_not_describe_the_image_makes_no_second_one() -> None:
    """Where it is to be had and how many relatives it has differ from answer to answer."""
    found = once(listed(slice_at(1, "1.4", t00081190=["a"]), slice_at(1, "1.4", t00081190=["b"])))

    assert len(found.instances) == 1


@pytest.mark.parametrize(
    "other",
    [
        slice_at(9, "1.4"),
        slice_at(1, "1.4", t00281053=[2], t00281052=[0]),
        slice_at(1, "1.4", t00280010=[4]),
        slice_at(1, "1.4", t00100020=["of somebody else"]),
        slice_at(1, "1.4", t00280008=[3]),
    ],
    ids=["place", "values", "matrix", "patient", "frames"],
)
def test_two_images_under_one_identifier_stand_apart_and_both_say_so(other: Json) -> None:
    """Which of them is right only the sender knows: none is dropped, none taken for the other."""
    found = once(listed(slice_at(1, "1.4"), slice_at(2, "1.5"), other))

    sets = display_sets(REF, found)

    contested = [frame for each in sets for frame in each.frames if frame.key.sop == "1.4"]
    assert {frame.doubts for frame in contested} == {("uid-conflict",)}
    assert len({frame.key for frame in contested}) == len(contested)
    for shown in sets:
        assert len({frame.key.copy for frame in shown.frames}) == 1


def test_of_three_the_two_that_are_alike_are_one() -> None:
    found = once(listed(slice_at(1, "1.4"), slice_at(9, "1.4"), slice_at(9, "1.4")))

    assert [(each.copy, each.frames[0].doubts) for each in found.instances] == [
        (0, ("uid-conflict",)),
        (1, ("uid-conflict", "duplicate")),
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=9))
def test_every_different_description_is_in_a_display_set_once(said: list[tuple[str, int]]) -> None:
    """Frames shown and frames told as repeated are the frames received."""
    found = once(listed(*(slice_at(z, f"1.{ord(name)}") for name, z in said)))

    shown = [frame for each in display_sets(REF, found) for frame in each.frames]

    planes = [frame.plane.origin[2] for frame in shown if frame.plane is not None]
    assert sorted(zip((f.key.sop for f in shown), planes, strict=True)) == sorted(
        (f"1.{ord(name)}", float(z)) for name, z in set(said)
    )
    for frame in shown:
        of_it = [z for name, z in said if frame.key.sop == f"1.{ord(name)}"]
        assert ("uid-conflict" in frame.doubts) == (len(set(of_it)) > 1)
        assert frame.plane is not None
        repeated = of_it.count(int(frame.plane.origin[2])) > 1
        assert ("duplicate" in frame.doubts) == repeated
