"""A child that was taken over can say anything: it is checked on arrival, whatever it is."""

import json
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workstation.adapters import decoder_answers
from workstation.adapters.decoder_answers import FrameAnswer
from workstation.decoder.messages import (
    HEADER,
    MAX_MESSAGE,
    BadMessage,
    body_length,
    pack,
    unpack,
)
from workstation.decoder.sandbox.levels import KNOWN
from workstation.dicom.reasons import WORDS, Undecodable

pytestmark = pytest.mark.slow  # children are started, or every kind is gone through

#: A busy machine is slow to make examples; that says nothing about the answers.
calmly = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

ASKED = [{"index": 4, "block": 1, "offset": 0}, {"index": 5, "block": 1, "offset": 4096}]
HONEST = {
    "id": 7,
    "sop": "1.2.3",
    "frames": [{"index": 4, "reason": ""}, {"index": 5, "reason": "damaged"}],
}

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from([0, -1, 2**31, 2**63, 2**64, True, "", "budget", "RGB", "1.2.3", 1e308])
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)  # fmt: skip
KEYS = ("id", "sop", "frames", "index", "reason", "colours", "done", "text", "ready")
LIES = st.dictionaries(st.sampled_from(KEYS), ANYTHING)


@st.composite
def nearly_honest(draw: st.DrawFn) -> dict[str, Any]:
    """An honest answer with one thing in it changed, missing, or too much."""
    answer: dict[str, Any] = json.loads(json.dumps(HONEST))
    where = draw(st.sampled_from([answer, *answer["frames"]]))
    key = draw(st.sampled_from(KEYS))
    if draw(st.booleans()):
        where[key] = draw(ANYTHING)
    else:
        where.pop(key, None)
    if draw(st.booleans()):
        answer["frames"] = draw(st.just(answer.get("frames")) | ANYTHING)
    return answer


def test_an_honest_answer_is_understood() -> None:
    """Or the tests below would pass with a parser that refuses everything."""
    assert decoder_answers.frames(HONEST, 7, ASKED) == (FrameAnswer(""), FrameAnswer("damaged"))
    assert decoder_answers.sop(HONEST) == "1.2.3"


@calmly
@given(nearly_honest() | LIES)
def test_whatever_a_child_says_is_an_agreed_answer_or_the_end_of_it(lie: dict[str, Any]) -> None:
    """No third way: no exception the pool does not know, and no value it did not agree to."""
    try:
        said = decoder_answers.frames(lie, 7, ASKED)
        name = decoder_answers.sop(lie)
    except BadMessage:
        return

    assert lie["id"] == 7
    assert [each["index"] for each in lie["frames"]] == [4, 5]
    assert len(said) == 2
    assert all(each.reason == "" or each.reason in WORDS for each in said)
    assert all(each.colours in ("", "RGB", "YBR_FULL") for each in said)
    assert len(name) <= 64
    assert name.isascii()
    assert " " not in name


@calmly
@given(LIES | st.fixed_dictionaries({"id": st.just(7), "done": ANYTHING | nearly_honest()}))
def test_no_step_is_believed_that_was_not_asked_for(lie: dict[str, Any]) -> None:
    """Frames come in the order asked, each once; or pixels would stand at the wrong place."""
    for already in (0, 1):
        try:
            decoder_answers.step(lie, 7, ASKED, already)
        except BadMessage:
            continue
        assert lie["id"] == 7
        assert lie["done"]["index"] == ASKED[already]["index"]
    with pytest.raises(BadMessage):
        decoder_answers.step({"id": 7, "done": {"index": 6, "reason": ""}}, 7, ASKED, 2)


@calmly
@given(LIES)
def test_a_text_is_never_longer_than_its_room(lie: dict[str, Any]) -> None:
    """The program would read what another request left there, or beyond it."""
    try:
        length = decoder_answers.text_length(lie, 100)
    except (BadMessage, Undecodable):
        return

    assert type(length) is int
    assert 0 <= length <= 100


@calmly
@given(LIES)
def test_a_greeting_names_levels_we_know(lie: dict[str, Any]) -> None:
    """`selftest` prints them: nothing of a child's own wording reaches a screen."""
    try:
        levels = decoder_answers.levels(lie)
    except BadMessage:
        return

    assert set(levels) <= KNOWN


@pytest.mark.parametrize(
    "lie",
    [
        HONEST | {"id": 8},
        HONEST | {"id": True},
        HONEST | {"id": 7.0},
        HONEST | {"frames": HONEST["frames"][:1]},  # type: ignore[index]
        HONEST | {"frames": [*HONEST["frames"], {"index": 6, "reason": ""}]},  # type: ignore[misc]
        HONEST | {"frames": [{"index": 5, "reason": ""}, {"index": 4, "reason": ""}]},
        HONEST | {"frames": [{"index": 4, "reason": "<b>call this number</b>"}] * 2},
        HONEST | {"sop": 5},
    ],
)  # fmt: skip
def test_an_answer_that_is_not_to_this_request_is_not_believed(lie: dict[str, Any]) -> None:
    """Pixels of another request would be shown as this patient's."""
    with pytest.raises(BadMessage):
        _ = decoder_answers.frames(lie, 7, ASKED), decoder_answers.sop(lie)


@calmly
@given(
    st.binary(max_size=64) | st.recursive(LEAVES, st.lists).map(lambda v: json.dumps(v).encode())
)
def test_bytes_on_the_pipe_are_an_object_or_a_bad_message(body: bytes) -> None:
    """Not JSON, not UTF-8, not an object: each ends the child, none the program."""
    try:
        assert isinstance(unpack(body), dict)
    except BadMessage:
        return


@pytest.mark.parametrize("depth", [10, 100_000])
def test_nesting_does_not_end_the_program(depth: int) -> None:
    """A hundred thousand brackets are short, and deep."""
    try:
        unpack(b'{"a":' + b"[" * depth + b"]" * depth + b"}")
    except BadMessage:
        return
    assert depth == 10


def test_a_number_of_ten_thousand_digits_is_refused() -> None:
    """To read it would take seconds."""
    with pytest.raises(BadMessage):
        unpack(b'{"id":' + b"9" * 10_000 + b"}")


@calmly
@given(st.integers(0, 2**32 - 1))
def test_a_message_of_a_length_beyond_the_bound_is_not_waited_for(length: int) -> None:
    """Four bytes can claim four gigabytes."""
    header = struct.pack(">I", length)
    try:
        assert 2 <= body_length(header) <= MAX_MESSAGE
    except BadMessage:
        assert not 2 <= length <= MAX_MESSAGE


def test_what_is_packed_is_unpacked() -> None:
    """One format on both sides."""
    packed = pack(HONEST)

    assert unpack(packed[HEADER.size :]) == HONEST
    assert body_length(packed[: HEADER.size]) == len(packed) - HEADER.size
