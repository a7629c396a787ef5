"""What a DIMSE peer may answer, without a peer: an association made of lists."""

from collections import deque
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fakes_platform import site

from workstation.adapters import dimse_line
from workstation.adapters.dimse_line import FIND, GET, Line
from workstation.errors import Refused, SiteUnavailable

PENDING, DONE = {"Status": 0xFF00}, {"Status": 0x0000}


def line(*answers: tuple[dict[str, int], bytes], silent: bool = False) -> Line:
    """A site that says this, to whatever is asked."""
    said: deque[bytes] = deque()

    def responses(*_asked: Any, **_more: Any) -> Iterator[tuple[dict[str, int], None]]:
        for status, data in answers:
            said.append(data)
            yield status, None

    contexts = [
        SimpleNamespace(abstract_syntax=each, transfer_syntax=["1.2.840.10008.1.2.1"])
        for each in (FIND, GET)
    ]
    association = SimpleNamespace(
        accepted_contexts=contexts, send_c_find=responses, send_c_get=responses
    )
    guard = SimpleNamespace(is_silent=silent)
    return Line(site("harbor"), cast(Any, association), cast(Any, guard), said)


def test_answers_leave_as_the_bytes_they_came_in() -> None:
    """They are for the decoder child: nothing is parsed here."""
    asked = line((PENDING, b"one"), (PENDING, b"two"), (DONE, b""))

    assert [each.data_set for each in asked.find(None)] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        ({}, SiteUnavailable, "broke off in the middle"),
        ({"Status": 0x0124}, Refused, "does not permit"),
        ({"Status": 0xA700}, SiteUnavailable, r"cannot do it now \(DIMSE status A700H\)"),
        ({"Status": 0xA900}, Refused, r"refused it \(DIMSE status A900H\)"),
        ({"Status": 0xC001}, Refused, r"refused it \(DIMSE status C001H\)"),
    ],
)
def test_a_status_that_is_no_success_is_a_sentence(
    status: dict[str, int], error: type[Exception], words: str
) -> None:
    """PS3.7 annex C, in the reader's words; never half a list without one."""
    with pytest.raises(error, match=words):
        list(line((PENDING, b"one"), (status, b"")).find(None))


def test_a_site_that_is_silent_is_told_apart_from_one_that_broke_off() -> None:
    """The one is waited for, the other one telephoned."""
    with pytest.raises(SiteUnavailable, match="does not answer in time"):
        list(line(({}, b""), silent=True).find(None))


def test_a_list_without_an_end_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that answers for ever must not fill the memory (SEC-01)."""
    monkeypatch.setattr(dimse_line, "MOST_ANSWERS", 3)
    with pytest.raises(Refused, match="finds too many"):
        list(line(*[(PENDING, b"x")] * 5).find(None))

    monkeypatch.setattr(dimse_line, "_MOST_BYTES", 100)
    with pytest.raises(Refused, match="finds too many"):
        list(line(*[(PENDING, b"x" * 60)] * 2).find(None))


def test_a_retrieval_says_how_many_could_not_be_sent() -> None:
    """B000H and A702H are ends with counts: what is missing is asked for again, or told."""
    some = {"Status": 0xB000, "NumberOfCompletedSuboperations": 3,
            "NumberOfFailedSuboperations": 2}  # fmt: skip
    none = {"Status": 0xA702, "NumberOfFailedSuboperations": 5}

    assert line((PENDING, b""), (some, b"")).get(None) == dimse_line.Counted(3, 2)
    assert line((none, b"")).get(None) == dimse_line.Counted(0, 5)
