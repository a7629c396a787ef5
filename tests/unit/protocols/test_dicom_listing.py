"""Attributes as lines to read: every one of them, in order, with the words of the dictionaries."""

import json
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file

from workstation.dicom import header
from workstation.dicom.names import name_of
from workstation.protocols.dicom_attributes import NotMetadata
from workstation.protocols.dicom_listing import MOST_LINES, Listed, listing


def of(row: dict[str, Any], **more: Any) -> tuple[Listed, ...]:
    return listing(json.dumps([row]).encode(), name_of, **more).lines


def real(name: str) -> tuple[pydicom.Dataset, bytes]:
    path = get_testdata_file(name)
    assert isinstance(path, str)
    with open(path, "rb") as file:
        return pydicom.dcmread(path), file.read()


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "rtplan.dcm"])
def test_every_element_of_a_file_is_listed_as_another_reader_has_it(name: str) -> None:
    """pydicom is the other reader: tags, names, private ones with their creator, depth of items."""
    expected = []

    def walk(values: pydicom.Dataset, depth: int) -> None:
        for each in values:
            if each.tag.group >= 0x7FE0 or each.tag.element == 0:
                continue  # a header ends where the pixels begin
            expected.append((depth, f"{each.tag.group:04X}{each.tag.element:04X}"))
            if each.VR == "SQ":
                for item in each.value:
                    expected.append((depth + 1, ""))
                    walk(item, depth + 2)

    read, data = real(name)
    walk(read, 0)
    lines = listing(header.to_json(data, every=True), name_of).lines

    told = [(x.depth, x.tag) for x in lines if x.tag[:4] not in ("0002", "7FE0")]
    assert told == expected
    names = {x.tag: x.name for x in lines if x.depth == 0 and not x.is_private}
    assert names["00080060"] == "Modality"


def test_without_being_asked_the_private_elements_are_not_carried() -> None:
    """What nobody reads costs every start of a case; the browser alone asks for it."""
    _, data = real("CT_small.dcm")

    brief, whole = (json.loads(header.to_json(data, every=every))[0] for every in (False, True))

    assert "00091001" not in brief
    assert whole["00091001"]["Value"] == ["GE_GENESIS_FF"]


def test_a_private_element_says_who_wrote_it() -> None:
    """(0019,xx0C) means something in the block that its creator reserved, and nothing in another
    (PS3.5 7.8.1)."""
    lines = of(
        {
            "00190010": {"vr": "LO", "Value": ["SIEMENS MR HEADER"]},
            "0019100C": {"vr": "IS", "Value": [1000]},
            "0019110C": {"vr": "IS", "Value": [1000]},
        }
    )

    assert [(x.tag, x.name, x.creator, x.is_private) for x in lines] == [
        ("00190010", "", "", True),
        ("0019100C", "B_value", "SIEMENS MR HEADER", True),
        ("0019110C", "", "", True),
    ]


def test_values_stand_as_they_are_written() -> None:
    lines = of(
        {
            "00080008": {"vr": "CS", "Value": ["ORIGINAL", "PRIMARY"]},
            "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Yamada^Tarou", "Phonetic": "や"}]},
            "00180088": {"vr": "DS", "Value": ["2.50"]},
            "00280009": {"vr": "AT", "Value": ["00181063"]},
            "00281201": {"vr": "OW", "InlineBinary": "AAECAw=="},
            "7FE00010": {"vr": "OW", "BulkDataURI": "http://elsewhere/secret"},
        }
    )

    assert [x.value for x in lines] == [
        "ORIGINAL\\PRIMARY", "Yamada^Tarou==や", "2.50", "00181063", "4 bytes: 00 01 02 03",
        "bulk data, not carried here",
    ]  # fmt: skip


def test_of_many_frames_those_of_the_image_shown_are_listed() -> None:
    """600 times the same four lines hide the four that are looked for."""
    items = [{"00209111": {"vr": "SQ", "Value": [{"00209128": {"vr": "UL", "Value": [n]}}]}}
             for n in range(600)]  # fmt: skip
    lines = of({"52009230": {"vr": "SQ", "Value": items}}, frame_index=36)

    assert lines[0].value == "600 items, the one of this frame"
    assert lines[1].name == "Item 37"
    assert [x.path for x in lines if x.value == "36"] == ["52009230/37/00209111/1/00209128"]
    assert len(lines) == 5


def test_what_is_hostile_is_bounded_and_cannot_turn_the_writing() -> None:
    """A header of a million items, a name that reads the other way, a tag that is none."""
    item = {"00080100": {"vr": "SH", "Value": ["x"]}}
    many = listing(
        json.dumps([{"00081140": {"vr": "SQ", "Value": [item] * MOST_LINES}}]).encode(), name_of
    )
    odd = of({"<b>": {"vr": "LO"}, "00081030": {"vr": "LO", "Value": ["a\u202eb" + "c" * 9000]}})

    assert (len(many.lines), many.cut) == (MOST_LINES, True)
    assert [x.tag for x in odd] == ["00081030"]
    assert odd[0].value.startswith("abccc")
    assert len(odd[0].value) == 2001
    with pytest.raises(NotMetadata):
        listing(b'{"not": "a list"}', name_of)


@pytest.mark.parametrize(
    ("tag", "vr", "nameless"),
    [
        ("00180060", "DS", True),  # KVP
        ("00080060", "CS", True),  # Modality
        ("00101030", "DS", False),  # Patient's Weight
        ("00100040", "CS", False),  # Patient's Sex
        ("00100010", "PN", False),
        ("0008103E", "LO", False),  # a description can hold anything
        ("00080020", "DA", False),
        ("00080018", "UI", False),
        ("00191002", "SL", False),  # private: nobody knows what it counts
    ],
)
def test_only_numbers_and_coded_words_name_nobody(tag: str, vr: str, *, nameless: bool) -> None:
    """F87: what may leave by the clipboard; everything else can be, or hold, an identity."""
    (line,) = of({tag: {"vr": vr, "Value": [1]}})

    assert line.is_nameless is nameless
