"""The header of a local object as DICOM JSON: what a site would say of it, and no more."""

import base64
import json
import struct
from typing import Any

import pytest
from hostile.writing import (
    BIG_ENDIAN,
    IMPLICIT,
    element,
    good,
    image,
    implicit,
    part10,
    sequence,
    text,
    uid,
    us,
)

from workstation.dicom import header
from workstation.dicom.reasons import Undecodable

NAME = "00100010"


def json_of(data: bytes) -> dict[str, Any]:
    (row,) = json.loads(header.to_json(data))
    assert isinstance(row, dict)
    return row


def test_pixels_are_named_and_not_carried() -> None:
    """A thousand headers must not move a thousand images."""
    assert json_of(good())["7FE00010"] == {"vr": "OW"}


def test_many_headers_are_each_what_it_is_alone() -> None:
    """What one file says is remembered for the next: never the name of another patient."""
    stranger = image({0x00100010: ("PN", text("Other^Person")), 0x00280010: ("US", us(7))})
    objects = [good(1), stranger, good(2), good(1)]

    together = header.many_to_json(b"".join(objects), [len(each) for each in objects])

    alone = [header.to_json(each) for each in objects]
    assert together == b"".join(struct.pack("<i", len(each)) + each for each in alone)


def test_a_bad_one_among_many_costs_itself_alone() -> None:
    """One damaged file must not hide the other thirty-one of its batch."""
    objects = [good(1), b"not one", good(2)]

    together = header.many_to_json(b"".join(objects), [len(each) for each in objects])

    first = header.to_json(good(1))
    assert together[4 + len(first) :][:4] == struct.pack("<i", 0)
    assert together.endswith(header.to_json(good(2)))


@pytest.mark.parametrize(
    ("terms", "raw", "groups"),
    [  # PS3.5 H.3.1, H.3.2, I.2, J.3, K.3
        (
            "\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            ["Yamada^Tarou", "山田^太郎", "やまだ^たろう"],
        ),
        (
            "ISO 2022 IR 13\\ISO 2022 IR 87",
            b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J="
            b"\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
            ["ﾔﾏﾀﾞ^ﾀﾛｳ", "山田^太郎", "やまだ^たろう"],
        ),
        (
            "\\ISO 2022 IR 149",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
            ["Hong^Gildong", "洪^吉洞", "홍^길동"],
        ),
        ("ISO_IR 192", "Wang^XiaoDong=王^小東".encode(), ["Wang^XiaoDong", "王^小東"]),
        ("GB18030", "Wang^XiaoDong=王^小东".encode("gb18030"), ["Wang^XiaoDong", "王^小东"]),
        ("GBK", "Li^Xiao=譢^小".encode("gbk"), ["Li^Xiao", "譢^小"]),  # a second byte like "^"
        (
            "\\ISO 2022 IR 58",
            b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab",
            ["Zhang^XiaoDong", "张^小东"],
        ),
        ("ISO_IR 144", "Люксембург".encode("iso8859-5"), ["Люксембург"]),
        ("ISO_IR 127", "قباني^لنزار".encode("iso8859-6"), ["قباني^لنزار"]),
        ("ISO_IR 126", "Διονυσιος".encode("iso8859-7"), ["Διονυσιος"]),
        ("ISO_IR 138", "שרון^דבורה".encode("iso8859-8"), ["שרון^דבורה"]),
        ("ISO_IR 148", "Çavuşoğlu".encode("iso8859-9"), ["Çavuşoğlu"]),
        ("ISO_IR 166", "สมชาย".encode("iso8859-11"), ["สมชาย"]),
        (  # Latin-1, then Cyrillic by an escape: code extensions between single-byte sets
            "ISO 2022 IR 100\\ISO 2022 IR 144",
            b"J\xe9r\xf4me=\x1b-L\xbb\xee",
            ["Jérôme", "Лю"],
        ),
        # What writers do instead
        ("ISO-IR 100", b"Buc^J\xe9r\xf4me", ["Buc^Jérôme"]),
        ("ISO 2022 IR 100", b"Buc^J\xe9r\xf4me", ["Buc^Jérôme"]),
        ("ISO_IR_192", "Žižek".encode(), ["Žižek"]),
        ("UTF-8", "Žižek".encode(), ["Žižek"]),
        ("latin1", b"Buc^J\xe9r\xf4me", ["Buc^Jérôme"]),
        ("", "Žižek".encode(), ["Žižek"]),  # none is named: UTF-8 if it is that
        ("", b"Buc^J\xe9r\xf4me", ["Buc^Jérôme"]),
        ("ISO_IR 192", b"J\xe9", ["J\ufffd"]),  # not what it says: marked, not dropped
        ("NO SUCH SET", b"J\xe9", ["Jé"]),
    ],
)
def test_names_are_read_in_every_character_set(terms: str, raw: bytes, groups: list[str]) -> None:
    """PS3.5 6.1 and annexes H to K: a name that cannot be read is a patient mixed up."""
    data = image({0x00080005: ("CS", text(terms)), 0x00100010: ("PN", raw + b" " * (len(raw) % 2))})

    (name,) = json_of(data)[NAME]["Value"]

    assert list(name.values()) == groups


def test_an_item_may_have_a_character_set_of_its_own() -> None:
    """PS3.3 C.12.1.1.2: inside the item it holds, after it the outer one again."""
    inner = element(0x00080005, "CS", text("ISO_IR 144")) + element(
        0x00081080, "LO", "Лю".encode("iso8859-5")
    )
    data = image(
        {
            0x00080005: ("CS", text("ISO_IR 100")),
            0x00081140: ("SQ", sequence(0, inner)[12:]),
            0x00100010: ("PN", b"J\xe9r\xf4me"),
        }
    )
    found = json_of(data)

    assert found["00081140"]["Value"][0]["00081080"]["Value"] == ["Лю"]
    assert found[NAME]["Value"] == [{"Alphabetic": "Jérôme"}]


def test_implicit_and_explicit_say_the_same() -> None:
    """PS3.5 A.1: the dictionary knows what the file does not write."""
    body = implicit(0x00100020, text("P-1")) + implicit(0x00280010, us(512))
    found = json_of(part10(implicit(0x00080060, b"CT") + body, IMPLICIT))

    assert found["00080060"] == {"vr": "CS", "Value": ["CT"]}
    assert found["00100020"] == {"vr": "LO", "Value": ["P-1"]}
    assert found["00280010"] == {"vr": "US", "Value": [512]}


def test_big_endian_tables_become_little_endian() -> None:
    """InlineBinary is little endian (PS3.18 F.2.7): read the wrong way a palette is noise."""
    raw = struct.pack(">3H", 1, 2, 3)
    body = element(0x00080060, "CS", b"CT", order=">") + element(0x00281201, "OW", raw, order=">")
    found = json_of(part10(body, BIG_ENDIAN))

    assert base64.b64decode(found["00281201"]["InlineBinary"]) == struct.pack("<3H", 1, 2, 3)


def test_a_file_that_does_not_state_its_syntax_says_so() -> None:
    """It was found by looking: that is another attribute than the file's own statement."""
    stated, guessed = json_of(good()), json_of(good()[good().index(b"\x08\x00\x05\x00") :])

    assert stated["00020010"]["Value"] == ["1.2.840.10008.1.2.1"]
    assert "00020010" not in guessed
    assert guessed["00083002"]["Value"] == ["1.2.840.10008.1.2.1"]


def test_a_header_that_is_cut_is_not_half_a_header() -> None:
    """The half that is missing may hold the side, the slope, or the second patient."""
    data = good()
    name = data.index(b"Good^Image")

    with pytest.raises(Undecodable, match="truncated"):
        header.to_json(data[: name + 4])


def test_private_values_are_left_out_but_for_a_few() -> None:
    """Vendors write megabytes there; nobody reads them but for a few (b-value, scale)."""
    kept = element(0x20050010, "LO", text("Philips MR Imaging DD 001"))
    kept += element(0x2005100E, "FL", struct.pack("<f", 2.0))
    kept += element(0x00191300 | 0xBB, "DS", text("0.6")) + element(0x200510B1, "FL", bytes(4))
    left = element(0x00091010, "LO", text("secret")) + element(0x00291010, "OB", b"x" * 9000)
    found = json_of(part10(element(0x00080018, "UI", uid("1.2")) + left + kept))

    assert found["2005100E"] == {"vr": "FL", "Value": [2.0]}
    assert {"001913BB", "200510B1"} <= set(found)
    assert {"00091010", "00291010"} & set(found) == set()
