"""What the answer to a message means; the cases are written by hand from tables 0008 and 0357."""

from datetime import UTC, datetime

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

from workstation.protocols.hl7 import parse
from workstation.protocols.hl7_ack import Verdict, read, written

_HEAD = "MSH|^~\\&|RIS|H|||20261122214500+0100||ACK^R01^ACK|9|P|2.5.1\r"


@pytest.mark.parametrize(
    ("lines", "verdict", "words"),
    [
        ("MSA|AA|C1", Verdict.TAKEN, ""),
        ("MSA|CA|C1", Verdict.TAKEN, ""),
        ("MSA|AE|C1|unknown order", Verdict.REFUSED, "unknown order"),
        ("MSA|AR|C1\rERR|||203^Unsupported version id^HL70357|E", Verdict.REFUSED,
         "Unsupported version id"),
        ("MSA|CE|C1\rERR|||101^Required field missing^HL70357|E||||No PID-3", Verdict.REFUSED,
         "No PID-3"),
        ("MSA|CR|C1", Verdict.REFUSED, ""),
        ("MSA|AE|C1\rERR|||205^Duplicate key identifier^HL70357|E", Verdict.ALREADY,
         "Duplicate key identifier"),
        ("MSA|AR|C1\rERR|||207^Application internal error^HL70357|E", Verdict.NOT_NOW,
         "Application internal error"),
        ("MSA|AE|C1|in use|||206", Verdict.NOT_NOW, "in use"),
    ],
)  # fmt: skip
def test_what_each_answer_means(lines: str, verdict: Verdict, words: str) -> None:
    """A refusal goes to the reader in the site's words; a busy site is tried again."""
    found = read(parse((_HEAD + lines + "\r").encode()))

    assert found is not None
    assert (found.verdict, found.words, found.of) == (verdict, words, "C1")
    assert found.at == datetime(2026, 11, 22, 20, 45, tzinfo=UTC)


@pytest.mark.parametrize("lines", ["PID|1||4711", "MSA|OK|C1", "MSA||C1"])
def test_what_is_no_acknowledgement_is_none(lines: str) -> None:
    """An answer that nobody understands is silence, never a yes."""
    assert read(parse((_HEAD + lines + "\r").encode())) is None


@pytest.mark.parametrize("code", ["AA", "AE", "AR"])
def test_our_own_answers_are_what_hl7apy_accepts(code: str) -> None:
    """The hospital's engine must understand why we did not take its order."""
    asked = parse(b"MSH|^~\\&|R|F&G^1|||20261122||ORM^O01^ORM_O01|C 7|P|2.5.1\rPID|1\r")

    raw = written(
        asked, code, control="A1", at=datetime(2026, 11, 22, tzinfo=UTC), words="no PID-3 | id",
        error="101" if code != "AA" else "0",
    )  # fmt: skip
    judged = parse_message(raw.decode(), validation_level=VALIDATION_LEVEL.STRICT)
    back = read(parse(raw))

    assert Validator.validate(judged)
    assert back is not None
    assert (back.code, back.of) == (code, "C 7")
    assert back.words == ("" if code == "AA" else "no PID-3 | id")
