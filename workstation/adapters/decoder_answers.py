"""What a decoder child may say: checked on arrival, whoever speaks through it by now.

A child holds nothing but numbers and codes of ours; all else ends it (SEC-07). Each
function takes any JSON object and gives what was agreed, or raises `BadMessage`.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from workstation.decoder.messages import BadMessage
from workstation.decoder.sandbox.levels import KNOWN
from workstation.dicom.reasons import WORDS, Undecodable

#: Wider than PS3.5 9.1: some sites send letters. It is compared, and goes no further.
_UID: Final = re.compile(r"[!-~]{0,64}")


@frozen
class FrameAnswer:
    """About one frame: the reason why it is not there, or "" and what its samples are."""

    reason: str
    colours: str = ""


def levels(greeting: dict[str, Any]) -> tuple[str, ...]:
    """The first message: which levels of its sandbox were reached."""
    said = greeting.get("ready")
    if not isinstance(said, list) or not all(isinstance(e, str) and e in KNOWN for e in said):
        raise BadMessage("no greeting")
    return tuple(said)


def frames(
    answer: dict[str, Any], number: int, asked: Sequence[dict[str, Any]]
) -> tuple[FrameAnswer, ...]:
    """An answer to this very request, with known codes alone."""
    results = answer.get("frames")
    _same_request(answer, number)
    if not isinstance(results, list) or len(results) != len(asked):
        raise BadMessage("not as many frames as were asked for")
    return tuple(_frame(each, one["index"]) for each, one in zip(results, asked, strict=True))


def step(
    message: dict[str, Any], number: int, asked: Sequence[dict[str, Any]], already: int
) -> FrameAnswer:
    """The next frame of this request is done; there is more to come."""
    _same_request(message, number)
    if already >= len(asked):
        raise BadMessage("more frames than were asked for")
    return _frame(message.get("done"), asked[already]["index"])


def _same_request(message: dict[str, Any], number: int) -> None:
    if type(message.get("id")) is not int or message["id"] != number:
        raise BadMessage("not an answer to this request")


def _frame(result: object, index: int) -> FrameAnswer:
    if not isinstance(result, dict) or type(result.get("index")) is not int:
        raise BadMessage("not a frame")
    if result["index"] != index:
        raise BadMessage("another frame")
    colours = result.get("colours", "")
    if not isinstance(colours, str) or colours not in ("", "RGB", "YBR_FULL"):
        raise BadMessage("unknown colours")
    return FrameAnswer(_reason(result), colours)


def _reason(answer: dict[str, Any]) -> str:
    reason = answer.get("reason")
    if not isinstance(reason, str) or (reason and reason not in WORDS):
        raise BadMessage("unknown reason")
    return reason


def sop(answer: dict[str, Any]) -> str:
    """Which object was decoded; "" where it does not say, or says what is no UID (SEC-04)."""
    said = answer.get("sop", "")
    if not isinstance(said, str):
        raise BadMessage("not a UID")
    return said if _UID.fullmatch(said) else ""


def text_length(answer: dict[str, Any], room: int) -> int:
    """How long the text is that was asked for; raises `Undecodable` with the reason for none."""
    length, reason = answer.get("text"), _reason(answer)
    if type(length) is not int or not 0 <= length <= room:
        raise BadMessage("not a length")
    if reason:
        raise Undecodable(reason)
    return length
