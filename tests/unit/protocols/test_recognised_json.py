"""What recognisers tell: foreign bytes that end in a report, so nothing is believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.speech import Final, Partial, Word
from workstation.protocols.recognised_json import recognised


def test_words_come_with_how_sure_they_are() -> None:
    """As the README of vosk-server shows it."""
    told = {
        "result": [
            {"conf": 1.0, "end": 0.87, "start": 0.51, "word": "twelve"},
            {"conf": 0.41, "end": 1.2, "start": 0.87, "word": "millimeters"},
        ],
        "text": "twelve millimeters",
    }
    assert recognised(json.dumps(told)) == (
        Final((Word("twelve", 1.0), Word("millimeters", 0.41))),
    )


def test_what_is_being_recognised_is_no_utterance() -> None:
    assert recognised('{"partial": "twel"}') == (Partial("twel"),)
    assert recognised('{"partial": ""}') == recognised('{"text": ""}') == ()


def test_words_without_a_measure_are_unsure() -> None:
    """A number of a recogniser that tells no confidence is looked at before it is signed."""
    assert recognised('{"text": "twelve mm"}') == (Final((Word("twelve", 0.0), Word("mm", 0.0))),)
    told = '{"result": [{"word": "twelve"}, {"word": "mm", "conf": "high"}]}'
    assert recognised(told) == (Final((Word("twelve", 0.0), Word("mm", 0.0))),)


@pytest.mark.parametrize("text", ["", "words", "[]", "3", '{"text": 3}', "[" * 100_000])
def test_another_form_is_said_to_be_one(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part is wrong
        recognised(text)


@given(
    st.recursive(
        st.none() | st.floats() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(st.sampled_from(["text", "result", "partial", "word", "conf"]), x)
        ),
    )
)
def test_nothing_that_is_told_breaks_or_steers(value: object) -> None:
    """Words hold printable letters alone; every confidence is from 0 to 1."""
    try:
        events = recognised(json.dumps(value))
    except ValueError:
        return
    for event in events:
        assert event.text.isprintable()
        if isinstance(event, Final):
            assert all(0.0 <= word.confidence <= 1.0 for word in event.words)
