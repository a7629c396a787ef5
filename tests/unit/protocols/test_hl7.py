"""HL7 v2 as text and as bytes, held against python-hl7 and hl7apy."""

from datetime import datetime

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.protocols.hl7 import (
    MOST_BYTES,
    Frames,
    NotHl7,
    escaped,
    framed,
    header,
    message,
    moment,
    parse,
    segment,
)

NASTY = "| ^ & ~ \\ \\E\\ \\.br\\ \r\n\t\x0b\x1c\x7f ä ≤ 漢 😀 \"\" '#'"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def _with(value: str) -> bytes:
    return message(
        header({7: "20261122214000+0000", 9: "ORU^R01^ORU_R01", 10: "1", 12: "2.5.1",
                18: "UNICODE UTF-8"}),
        segment("OBX", {1: "1", 2: "TX", 5: value, 11: "F"}),
    )  # fmt: skip


@given(TEXTS)
def test_any_text_comes_back_as_it_was_written(text: str) -> None:
    """A radiologist's "<|2 mm" must not become another column of the report."""
    (_, obx) = parse(_with(escaped(text))).segments

    assert obx.whole(5) == text


@given(TEXTS)
def test_an_independent_reader_finds_the_same_text(text: str) -> None:
    """python-hl7 shares nothing with our writer but the standard."""
    found = hl7.parse(_with(escaped(text)).decode())

    assert found.unescape(str(found.segment("OBX")[5])) == text


def test_no_character_of_a_text_is_structure() -> None:
    """A carriage return would end the segment, a file separator the message."""
    written = escaped(NASTY)

    assert not set(written) & set("|^&~\r\n\t\x0b\x1c\x7f")


def test_a_sender_with_delimiters_of_its_own_is_read() -> None:
    """The standard lets each message name its delimiters; some systems do."""
    raw = b"MSH$%*!?$A$B$C$D$20261122$$ORM%O01$77$P$2.3\rPID$1$$4711%%%H$$O!S!Hara%Ann*Alias\r"

    found = parse(raw)
    patient = found.first("PID")

    assert found.kind == "ORM^O01"
    assert found.control_id == "77"
    assert patient is not None
    assert (patient.text(5), patient.text(5, 2), patient.text(3, 4)) == ("O%Hara", "Ann", "H")
    assert [each.text(5) for each in patient.repetitions(5)] == ["O%Hara", "Alias"]


@pytest.mark.parametrize(
    ("name", "codec"),
    [("8859/1", "latin-1"), ("8859/15", "iso8859-15"), ("UNICODE UTF-8", "utf-8")],
)
def test_names_are_read_in_the_character_set_that_is_declared(name: str, codec: str) -> None:
    """Müller is not M?ller, whatever the hospital's system was written in."""
    text = f"MSH|^~\\&|||||||ADT^A08|1|P|2.5||||||{name}\rPID|1||1||Müller^Zoë\r"

    patient = parse(text.encode(codec)).first("PID")

    assert patient is not None
    assert (patient.text(5), patient.text(5, 2)) == ("Müller", "Zoë")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "does not begin with MSH"),
        (b"PID|1\r", "does not begin with MSH"),
        (b"MSH|||||\r", "delimiters"),
        (b"MSH|^~\\&|||||||ADT^A08|1|P|2.5||||||KLINGON\r", "character set"),
        (b"MSH|^~\\&|||||||ADT^A08|1|P|2.5||||||UNICODE UTF-8\rPID|M\xfcller\r", "character set"),
        (b"MSH|^~\\&|\rSmith, John was here\r", "no segment"),
    ],
)
def test_what_is_no_message_is_refused_in_words_without_its_content(raw: bytes, why: str) -> None:
    """The reason goes into logs; what stood in the message may be a patient's name."""
    with pytest.raises(NotHl7, match=why) as refused:
        parse(raw)
    assert "Smith" not in str(refused.value)
    assert "ller" not in str(refused.value)


@given(st.lists(st.binary(min_size=1).filter(lambda b: not set(b) & {0x0B, 0x1C}), max_size=5),
       st.integers(1, 7))  # fmt: skip
def test_messages_are_found_however_the_stream_was_cut(sent: list[bytes], size: int) -> None:
    """TCP knows no messages; a slow line gives a byte at a time."""
    stream = b"noise".join(map(framed, sent))
    frames = Frames()

    found = [
        each
        for start in range(0, len(stream), size)
        for each in frames.fed(stream[start : start + size])
    ]

    assert found == sent


def test_a_message_that_never_ends_is_given_up() -> None:
    """A sender must not fill the memory of a reading station."""
    frames = Frames()
    piece = b"\x0b" + bytes(1 << 20)

    pieces = (each for _ in range(MOST_BYTES // (1 << 20) + 2) for each in frames.fed(piece))

    with pytest.raises(NotHl7, match="larger"):
        list(pieces)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("20261122214000+0100", "2026-11-22T20:40:00+00:00"),
        ("202611222140-0800", "2026-11-23T05:40:00+00:00"),
        ("20261122214000.1234+0000", "2026-11-22T21:40:00+00:00"),
        ("20261122", None),
        ("20261122214000", None),
        ("20269922214000+0000", None),
    ],
)
def test_a_time_without_its_zone_is_no_moment(written: str, utc: str | None) -> None:
    """Six hours off is another night shift."""
    found = moment(written)

    assert found == (datetime.fromisoformat(utc) if utc else None)
