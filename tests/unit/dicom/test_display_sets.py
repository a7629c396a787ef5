"""Nothing is dropped, nothing is mixed, and what is scrolled lies in order."""

from datetime import date

import pytest
from attrs import evolve
from fakes_images import REF, axial, series
from hypothesis import given
from hypothesis import strategies as st

from workstation.dicom.display_sets import FrameLost, display_sets, prove
from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.identifiers import SiteId, StudyUID
from workstation.domain.patient import Patient
from workstation.domain.study import (
    DisplaySetKind,
    FrameContent,
    GeometryVerdict,
    Instance,
    Series,
    Trait,
)

_PLANES = st.sampled_from(
    [
        None,
        axial(1.0),
        axial(2.0),
        axial(2.0, spacing=1.0),
        ImagePlane((0, 0, 0), (0, 1, 0), (0, 0, -1), 1, 1),
        ImagePlane((9, 0, 0), (1, 0, 0), (0, 0, -1), 1, 1),
    ]
)


_CLASSES = st.sampled_from(
    [
        "",
        "1.2.840.10008.5.1.4.1.1.2",
        "1.2.840.10008.5.1.4.1.1.7",
        "1.2.840.10008.5.1.4.1.1.66.4",
        "1.2.840.10008.5.1.4.1.1.88.33",
    ]
)
_VALUES = st.sampled_from([1.0, 2.0, 30.0])
_CONTENTS = st.builds(
    FrameContent,
    image_type=st.sampled_from([(), ("ORIGINAL", "PRIMARY", "LOCALIZER"), ("DERIVED",)]),
    traits=st.lists(st.tuples(st.sampled_from([Trait.ECHO, Trait.STACK]), _VALUES), max_size=2).map(
        tuple
    ),
    moments=st.lists(
        st.tuples(
            st.sampled_from([Trait.DIRECTION, Trait.TRIGGER_TIME, Trait.ACQUISITION]), _VALUES
        ),
        max_size=2,
    ).map(tuple),
)


@st.composite
def _instances(draw: st.DrawFn) -> Series:
    """A series of anything: several frames or none, matrices, kinds, planes, patients."""
    count = draw(st.integers(0, 12))
    base = series("1.9", [None] * count, modality=draw(st.sampled_from(["CT", "US", "DX", "SR"])))
    made = []
    for instance in base.instances:
        (frame,) = instance.frames
        frames = tuple(
            evolve(
                frame,
                key=evolve(frame.key, frame_index=index),
                plane=draw(_PLANES),
                pixels=evolve(frame.pixels, rows=draw(st.sampled_from([0, 4, 512]))),
                content=draw(_CONTENTS),
                frame_of_reference=draw(st.sampled_from(["", "1.9.1"])),
            )
            for index in range(draw(st.sampled_from([0, 1, 1, 1, 5])))
        )
        patient = Patient("A", draw(st.sampled_from(["1", "2"])), "", None, "")
        made.append(
            evolve(
                instance,
                frames=frames,
                patient=patient,
                sop_class=draw(_CLASSES),
                modality=draw(st.sampled_from(["", "CT", "NM", "MG"])),
                concatenation=draw(st.sampled_from(["", "", "1.7.7"])),
                part=draw(st.integers(0, 3)),
            )
        )
    return evolve(base, instances=tuple(made))


@given(_instances())
def test_every_frame_received_is_in_exactly_one_display_set(found: Series) -> None:
    """A slice that is silently missing is a finding that is silently missing."""
    sets = display_sets(REF, found)

    received = sorted(f.key.sop + str(f.key.frame_index) for i in found.instances for f in i.frames)
    shown = sorted(f.key.sop + str(f.key.frame_index) for s in sets for f in s.frames)
    assert shown == received
    assert len({each.id for each in sets}) == len(sets)


_PATIENTS = st.builds(
    Patient,
    name=st.just("A"),
    id=st.sampled_from(["1", "2"]),
    issuer=st.sampled_from(["", "here"]),
    birth_date=st.sampled_from([None, date(1962, 3, 2), date(1971, 5, 9)]),
    sex=st.sampled_from(["", "M", "F"]),
)


@given(st.lists(_PATIENTS, max_size=9))
def test_two_patients_are_never_in_one_display_set(patients: list[Patient]) -> None:
    """A site may file two patients under one study; one number may have been given twice."""
    plain = series("1.9", map(float, range(len(patients))))
    instances = [
        evolve(each, patient=patient)
        for each, patient in zip(plain.instances, patients, strict=True)
    ]
    owner = {each.sop: each.patient for each in instances if each.patient is not None}

    for each in display_sets(REF, evolve(plain, instances=tuple(instances))):
        owners = {owner[frame.key.sop] for frame in each.frames}
        assert all(one.may_be(other) for one in owners for other in owners)


def test_a_stack_says_all_that_its_images_say_of_whom_they_show() -> None:
    """The first slice may lack the birth date that gives the stranger away."""
    found = series("1.9", [1.0, 2.0])
    first, second = found.instances
    said = Patient("A", "1", "", date(1962, 3, 2), "F")
    silent = evolve(first, patient=evolve(said, birth_date=None, sex=""))

    (shown,) = display_sets(REF, evolve(found, instances=(silent, evolve(second, patient=said))))

    assert shown.patient == said


@given(_instances())
def test_no_label_is_a_bare_number(found: Series) -> None:
    """A reader knows series by what they are."""
    for each in display_sets(REF, evolve(found, description="4")):
        assert any(letter.isalpha() for letter in each.label)


def test_the_same_series_at_two_sites_is_two() -> None:
    """A study that two hospitals hold, open beside its copy: images that are missing of one of
    them were counted by those of the other."""
    found, other = series("1.9", [1.0, 2.0]), evolve(REF, site=SiteId("elsewhere"))
    copy = evolve(REF, study=StudyUID("1.2.99"))
    names = [each.id for ref in (REF, other, copy) for each in display_sets(ref, found)]
    assert len(set(names)) == 3


def test_a_lost_frame_is_noticed() -> None:
    """The proof itself must be able to fail."""
    found = series("1.9", [1.0, 2.0, 3.0])
    (whole,) = display_sets(REF, found)

    with pytest.raises(FrameLost):
        prove(found, [evolve(whole, frames=whole.frames[:-1])])
    with pytest.raises(FrameLost):
        prove(found, [whole, whole])


def test_slices_are_sorted_by_position_not_by_number() -> None:
    """Numbers follow the acquisition; the reader scrolls through the patient."""
    (found,) = display_sets(REF, series("1.9", [5.0, 1.0, 3.0]))

    assert [f.plane.position_mm for f in found.frames if f.plane] == [5.0, 3.0, 1.0]
    assert (found.geometry.verdict, found.kind) == (GeometryVerdict.REGULAR, DisplaySetKind.VOLUME)


@pytest.mark.parametrize(
    ("row", "column", "step", "order"),
    [
        ((1, 0, 0), (0, 1, 0), (0, 0, 1), [2, 1, 0]),  # axial, normal to the head
        ((1, 0, 0), (0, -1, 0), (0, 0, 1), [2, 1, 0]),  # prone: normal to the feet
        ((1, 0, 0), (0, 0, -1), (0, 1, 0), [0, 1, 2]),  # coronal
        ((-1, 0, 0), (0, 0, -1), (0, 1, 0), [0, 1, 2]),  # coronal, seen from behind
        ((0, 1, 0), (0, 0, -1), (1, 0, 0), [0, 1, 2]),  # sagittal
        ((0, -1, 0), (0, 0, -1), (1, 0, 0), [0, 1, 2]),  # sagittal, from the other side
    ],
)
def test_a_stack_begins_where_one_begins_to_read(
    row: Vector, column: Vector, step: Vector, order: list[int]
) -> None:
    """Head first, front to back, right to left (DICOM's axes point left, back, to the head)."""
    planes = [
        ImagePlane((at * step[0], at * step[1], at * step[2]), row, column, 1, 1) for at in range(3)
    ]
    base = series("1.9", [None] * 3)
    instances = tuple(
        evolve(each, frames=tuple(evolve(frame, plane=plane) for frame in each.frames))
        for each, plane in zip(base.instances, planes, strict=True)
    )

    (found,) = display_sets(REF, evolve(base, instances=instances))

    assert [planes.index(f.plane) for f in found.frames if f.plane] == order


def test_a_localizer_stands_apart() -> None:
    """It is not a slice of the volume and would break its geometry."""
    found = series("1.9", [1.0, 2.0, 3.0, 50.0])
    content = FrameContent(("ORIGINAL", "PRIMARY", "LOCALIZER"))
    (frame,) = found.instances[3].frames
    scout = evolve(found.instances[3], frames=(evolve(frame, content=content),))

    sets = display_sets(REF, evolve(found, instances=(*found.instances[:3], scout)))

    assert [(each.label, len(each.frames)) for each in sets] == [
        ("Axial Lung", 3),
        ("Lung localizer", 1),
    ]


def test_three_planes_are_three_display_sets_with_names() -> None:
    """Scouts in three planes cannot be scrolled as one."""
    found = series("1.9", [0.0, 0.0, 0.0], description="Survey")
    planes = [axial(0), ImagePlane((0, 0, 0), (0, 1, 0), (0, 0, -1), 1, 1),
              ImagePlane((0, 0, 0), (1, 0, 0), (0, 0, -1), 1, 1)]  # fmt: skip
    instances = tuple(
        evolve(i, frames=(evolve(i.frames[0], plane=p),))
        for i, p in zip(found.instances, planes, strict=True)
    )

    sets = display_sets(REF, evolve(found, instances=instances))

    assert [s.label for s in sets] == ["Axial Survey", "Sagittal Survey", "Coronal Survey"]


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("lung", "Axial lung 2.5"),
        ("Chest lung 2.5", "Chest lung 2.5"),
        ("B60f", "Axial B60f"),
        ("3", "Axial CT 2.5"),
        ("", "Axial CT 2.5"),
    ],
)
def test_a_label_is_what_the_reader_calls_it(description: str, shown: str) -> None:
    """The site's words where they say enough, completed where they do not."""
    found = series("1.9", [1.0, 2.0], description=description)
    thick = tuple(
        evolve(each, frames=(evolve(each.frames[0], thickness_mm=2.5),)) for each in found.instances
    )

    (made,) = display_sets(REF, evolve(found, instances=thick))

    assert made.label == shown


def test_a_missing_slice_is_told() -> None:
    """No millimetres through a gap."""
    (found,) = display_sets(REF, series("1.9", [0.0, 1.0, 2.0, 4.0, 5.0]))

    assert found.geometry.verdict is GeometryVerdict.MISSING_SLICES
    assert found.geometry.reason


def test_slices_without_position_say_so_and_radiographs_need_none() -> None:
    """A CT without a place is doubtful; a radiograph is not spatial at all."""
    (ct,) = display_sets(REF, series("1.9", [None, None]))
    radiographs = display_sets(REF, series("1.9", [None, None], modality="DX"))

    assert ct.geometry.verdict is GeometryVerdict.NO_POSITION
    assert [r.geometry.verdict for r in radiographs] == [GeometryVerdict.NOT_SPATIAL] * 2


@pytest.mark.parametrize(
    ("sop_class", "kind"),
    [
        ("1.2.840.10008.5.1.4.1.1.104.1", DisplaySetKind.DOCUMENT),
        ("1.2.840.10008.5.1.4.1.1.88.33", DisplaySetKind.REPORT),
        ("1.2.840.10008.5.1.4.1.1.88.59", DisplaySetKind.KEY_OBJECTS),
        ("1.2.840.10008.5.1.4.1.1.11.1", DisplaySetKind.PRESENTATION),
        ("1.2.3", DisplaySetKind.OTHER),
    ],
)
def test_what_is_no_image_says_what_it_is(sop_class: str, kind: DisplaySetKind) -> None:
    """Documents are part of the study, not of a stack."""
    found = series("1.9", [None], modality="OT")
    document: Instance = evolve(found.instances[0], frames=(), sop_class=sop_class)

    (shown,) = display_sets(REF, evolve(found, instances=(document,)))

    assert shown.kind is kind
