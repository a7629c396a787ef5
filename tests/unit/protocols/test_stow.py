"""Filing an object: what is asked, and what an archive's answer means."""

import json
from typing import Any

import pytest

from workstation.domain.identifiers import SopUID, StudyUID
from workstation.errors import Refused
from workstation.protocols import stow

BASE, STUDY, SOP = "https://pacs.example/dicomweb/", StudyUID("1.2.3"), SopUID("2.25.7")


def told(failed: int | None = None, sop: str = SOP, *, listed: bool = False) -> bytes:
    reference: dict[str, Any] = {"00081155": {"vr": "UI", "Value": [sop]}}
    tag = "00081199" if failed is None else "00081198"
    if failed is not None:
        reference["00081197"] = {"vr": "US", "Value": [failed]}
    body = {tag: {"vr": "SQ", "Value": [reference]}}
    return json.dumps([body] if listed else body).encode()


def test_one_object_goes_into_its_study_in_one_part() -> None:
    """PS3.18 10.5.1: the type of the parts is named, the address names the study."""
    asked = stow.store_instance(BASE, STUDY, b"\0DICM--part-\r\n")
    kind = asked.headers["Content-Type"]
    boundary = kind.rpartition("boundary=")[2].encode()

    assert (asked.method, asked.url) == ("POST", "https://pacs.example/dicomweb/studies/1.2.3")
    assert kind.startswith('multipart/related; type="application/dicom"; boundary=')
    head, _, rest = (asked.body or b"").partition(b"\r\n\r\n")
    assert head == b"--" + boundary + b"\r\nContent-Type: application/dicom"
    assert rest == b"\0DICM--part-\r\n\r\n--" + boundary + b"--\r\n"


def test_what_is_no_uid_becomes_no_address() -> None:
    with pytest.raises(Refused):
        stow.store_instance(BASE, StudyUID("../1"), b"")


@pytest.mark.parametrize("listed", [False, True])
def test_an_archive_that_says_it_has_it_has_it(listed: bool) -> None:
    assert stow.is_filed(told(listed=listed), SOP)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", told(sop="9.9")])
def test_an_answer_that_says_nothing_of_it_is_a_doubt(answer: bytes) -> None:
    """Then the archive is asked; neither yes nor no is assumed."""
    assert not stow.is_filed(answer, SOP)


@pytest.mark.parametrize(
    ("code", "words"), [(0xA700, "full"), (0x0122, "no measurement reports"), (0x1234, "refuses")]
)
def test_a_refusal_is_said_in_words(code: int, words: str) -> None:
    """The reader must know what to do: ask the site, or nothing."""
    with pytest.raises(Refused, match=words):
        stow.is_filed(told(code), SOP)


def test_a_duplicate_is_no_refusal() -> None:
    """It is there: that is what was wanted (0111H)."""
    assert stow.is_filed(told(0x0111), SOP)


def test_a_look_up_believes_only_the_object_itself() -> None:
    """Some archives ignore the filter and list the whole study."""
    mine = json.dumps([{"00080018": {"vr": "UI", "Value": [SOP]}}]).encode()
    other = json.dumps([{"00080018": {"vr": "UI", "Value": ["1.9"]}}]).encode()
    assert stow.is_there(mine, SOP)
    assert not stow.is_there(other, SOP)
    assert not stow.is_there(b"", SOP)
