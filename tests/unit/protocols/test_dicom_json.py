"""What metadata says, and what it may not make us believe."""

import json

import pytest
from fakes_metadata import REF, UID, Json, instance, one, values
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.presentation import VoiFunction
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse

AXIAL = {"t00200032": [-10, -20, 30.5], "t00200037": [1, 0, 0, 0, 1, 0], "t00280030": [0.7, 0.6]}


def test_a_slice_knows_where_it_lies() -> None:
    """Spacing is between rows first, then between columns (PS3.3 10.7.1.3)."""
    plane = one(**AXIAL).plane

    assert plane is not None
    assert (plane.origin, plane.row_spacing, plane.column_spacing) == ((-10, -20, 30.5), 0.7, 0.6)


@pytest.mark.parametrize(
    "broken",
    [
        {"t00200037": [1, 0, 0, 1, 0, 0]},  # both directions the same
        {"t00200037": [2, 0, 0, 0, 1, 0]},
        {"t00200037": [1, 0, 0, 0, 1]},
        {"t00200032": [1, 2]},
        {"t00280030": [0, 0.6]},
        {"t00200032": ["NaN", 0, 0]},
        {"t00200032": [0, 0, 1e300]},
        {"t00200032": [None, 0, 0]},
    ],
)
def test_a_position_that_contradicts_itself_is_no_position(broken: Json) -> None:
    """A wrong place is worse than none: it would be linked and measured."""
    assert one(**(AXIAL | broken)).plane is None


def test_every_window_keeps_its_explanation() -> None:
    """The reader chooses by name."""
    tags = {"t00281050": [-600, 40], "t00281051": [1500, 400], "t00281055": ["LUNG", "SOFT"]}

    windows = [(v.center, v.width, v.name) for v in one(**tags).vois]

    assert windows == [(-600, 1500, "LUNG"), (40, 400, "SOFT")]


def test_a_window_without_width_is_none() -> None:
    """LINEAR needs a width of at least 1 (PS3.3 C.11.2.1.2.1)."""
    tags = {"t00281050": [1, 2, 3], "t00281051": [0, -5, 10]}

    assert [v.center for v in one(**tags).vois] == [3]
    assert one(**tags, t00281056=["SIGMOID"]).vois[0].function is VoiFunction.SIGMOID


def test_ct_values_are_hounsfield_units() -> None:
    """PS3.3 C.8.2.1.1.3: unless said otherwise."""
    rescale = one(t00281052=[-1024], t00281053=[1]).rescale

    assert (rescale.intercept, rescale.slope, rescale.unit) == (-1024, 1, "HU")


@pytest.mark.parametrize(
    ("tags", "ratio"),
    [
        ({}, None),
        ({"t00282110": ["01"]}, 0.0),
        ({"t00282110": ["01"], "t00282112": [5, 12.5]}, 12.5),
    ],
)
def test_lossy_compression_is_told(tags: Json, ratio: float | None) -> None:
    """It never washes out (PS3.3 C.7.6.1.1.5)."""
    assert one(**tags).lossy_ratio == ratio


def test_an_enhanced_object_gives_each_frame_its_own_place_and_window() -> None:
    """Functional groups: with the frame, else shared (PS3.3 C.7.6.16)."""
    shared = values(
        t00209116=[values(t00200037=[1, 0, 0, 0, 1, 0])],
        t00289110=[values(t00280030=[0.5, 0.5], t00180050=[2])],
        t00289132=[values(t00281050=[40], t00281051=[400])],
    )
    per_frame = [
        values(t00209113=[values(t00200032=[0, 0, z])], **window)
        for z, window in ((1, {}), (3, {"t00289132": [values(t00281050=[9], t00281051=[90])]}))
    ]
    tags = {"t00280008": [2], "t52009229": [shared], "t52009230": per_frame}
    body = json.dumps([instance(**tags)]).encode()
    (found,) = dicom_json.series(body, REF, UID).instances

    assert [f.plane.origin[2] for f in found.frames if f.plane] == [1, 3]
    assert [f.vois[0].center for f in found.frames] == [40, 9]
    assert [(f.number, f.thickness_mm) for f in found.frames] == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"Alphabetic": "Sample^Jo^M^Dr"}, "Sample, Jo M"),
        ({"Alphabetic": "Sample"}, "Sample"),
        ({"Alphabetic": "", "Ideographic": "山田^太郎"}, "山田, 太郎"),
        ({"Phonetic": "やまだ^たろう"}, "やまだ, たろう"),
        ({"Alphabetic": 5}, ""),
        ("Old^Style", "Old, Style"),
    ],
)
def test_a_name_is_shown_family_first(written: object, shown: str) -> None:
    """In the same words and order everywhere (PS3.5 6.2.1)."""
    patient = Attributes(values(t00100010=[written])).patient()

    assert patient.name == shown


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[1]", b"garbage", b"[" * 100_000, json.dumps([{}] * 50_001).encode()],
)
def test_what_is_no_metadata_is_refused_whole(body: bytes) -> None:
    """Nesting and counts are bounded before anything is built."""
    with pytest.raises(NotMetadata):
        parse(body)


def test_objects_of_another_series_are_not_taken() -> None:
    """A site that mixes up two studies must not mix up two patients."""
    body = json.dumps([instance(), instance(t0020000D=["9.9"])]).encode()

    with pytest.raises(NotMetadata):
        dicom_json.series(body, REF, UID)


@pytest.mark.parametrize("frames", [[2**31], [-3], ["many"], [1.5]])
def test_a_nonsensical_number_of_frames_costs_one_object(frames: list[object]) -> None:
    """The other images of the series stay."""
    body = json.dumps([instance("1.4", t00280008=frames), instance("1.5")]).encode()

    found = dicom_json.series(body, REF, UID)

    assert [len(each.frames) for each in found.instances] == [1, 1]


def test_values_of_the_wrong_kind_are_as_good_as_none() -> None:
    """The parent reads what anybody may have written."""
    odd = {"vr": 7, "Value": {"a": 1}}
    row = dict.fromkeys(instance(), odd) | values(
        t0020000D=["1.2"], t0020000E=["1.3"], t00080018=["1.4"], t00280010=[[512]]
    )

    (found,) = dicom_json.series(json.dumps([row]).encode(), REF, UID).instances

    assert all(frame.pixels.rows == 0 for frame in found.frames)


PLACED: Json = {
    "t00200032": [0, 0, 5], "t00200037": [1, 0, 0, 0, 1, 0], "t00280030": [1, 1],
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"t00200032": [0, 0]}, "bad-position"),
        ({"t00280030": [0, 0]}, "bad-spacing"),
        ({"t00281053": [0], "t00281052": [0]}, "bad-rescale"),
        ({"t00281051": [-4], "t00281050": [40]}, "bad-window"),
        ({"t00283010": [values(t00283002=[256, 0, 16], t00283006=[1, 2, 3])]}, "bad-lut"),
        ({"t00280004": ["PALETTE COLOR"]}, "bad-palette"),
        ({"t00181600": ["CIRCULAR"], "t00181612": ["x"]}, "bad-shutter"),
        ({"t00100010": [{"Alphabetic": "M\ufffdller^Eva"}]}, "bad-text"),
        ({"t00080005": ["ISO_IR 999"], "t0008103E": ["Sch\u00e4del"]}, "bad-text"),
        ({"t00080018": ["../../etc"]}, "bad-uid"),
    ],
)
def test_what_cannot_be_meant_is_said_of_each_image(wrong: Json, code: str) -> None:
    """`inspect` alone told of it: whoever reads the image measured on a pixel of no size, or
    took a garbled name for the patient's."""
    assert one(**PLACED).doubts == ()
    assert one(**PLACED | wrong).doubts == (code,)


def test_a_doubt_of_one_frame_is_that_frames_alone() -> None:
    """Of a thousand frames one has lost its place: the others are as good as they were."""
    frames = [
        values(t00209113=[values(t00200032=place)]) for place in ([0, 0, 1], [0, 0], [0, 0, 3])
    ]
    shared = values(t00209116=[values(t00200037=[1, 0, 0, 0, 1, 0])])
    row = instance(t00280008=[3], t52009229=[shared], t52009230=frames)

    (found,) = dicom_json.series(json.dumps([row]).encode(), REF, UID).instances

    assert [frame.doubts for frame in found.frames] == [(), ("bad-position",), ()]


_OPTIONS: dict[str, list[object]] = {
    "t00200032": [[0, 0, 1], [0, 0, 2], []],
    "t00280030": [[1, 1], [0.5, 0.5], [0, 1]],
    "t00281050": [[40], []],
    "t00281053": [[1], [0.5], ["x"]],
    "t00281051": [[400], [-1]],
    "t00080005": [["ISO_IR 100"], ["ISO_IR 999"]],
    "t0008103E": [["Head"], ["Kopf \u00e4"], ["\ufffd"]],
    "t00283010": [[], [values(t00283002=[256, 0, 16], t00283006=[1, 2, 3])]],
    "t00181151": [[100], [200]],
    "t00180081": [[2.5], []],
    "t00189087": [[0], [1000]],
    "t00080060": [["CT"], ["MR"], ["US"], ["DX"], ["NM"]],
    "t00181164": [[0.2, 0.2], []],
    "t00280010": [[512], [256]],
    "t00280008": [[1], [3]],
    "t00100020": [["A"], ["B"]],
    "t00209161": [[], ["1.7"]],
    "t00186011": [[], [values(t00186024=[3], t00186026=[3], t0018602C=[1], t0018602E=[1])]],
    "t52009229": [[], [values(t00289110=[values(t00280030=[2, 2])])]],
}


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={t: st.sampled_from(o) for t, o in _OPTIONS.items()}),
        min_size=1,
        max_size=6,
    )
)
def test_an_object_reads_the_same_beside_any_other(chosen: list[Json]) -> None:
    """What objects have in common is read once; what differs must never be carried over from
    one to the next: a spacing or a window of the neighbour is a wrong measurement."""
    rows = [instance(f"1.4.{at}", **tags) for at, tags in enumerate(chosen)]

    together = dicom_json.series(json.dumps(rows).encode(), REF, UID).instances

    for row, found in zip(rows, together, strict=True):
        alone = dicom_json.series(json.dumps([row]).encode(), REF, UID).instances
        assert alone == (found,)
