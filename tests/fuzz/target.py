"""One fuzzing target in this process: bytes in, an answer or a stated reason out.

Run by `run.py`; everything else than `Undecodable` that comes out of a target is a
finding, and so is what is slow, large or deadly. Our own code is instrumented for
coverage, the native codecs are not.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import atheris

_STARTED = time.monotonic()

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

_OURS = ["workstation.dicom", "workstation.decoder", "workstation.protocols"]
with atheris.instrument_imports(include=_OURS):
    from workstation.decoder import archive, budget, codecs, preview
    from workstation.decoder.messages import format_to_json
    from workstation.dicom import header, reader
    from workstation.dicom.reasons import Undecodable
    from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
    from workstation.domain.study import PixelFormat
    from workstation.protocols import dicom_attributes, dicom_json, hl7, hl7_ack, hl7_orders

from hostile.writing import SQUARE  # noqa: E402
from seeds import CODECS, MESSAGE, PREVIEW  # noqa: E402

Target = Callable[[bytes], None]

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
#: Reasons that a person is told.
STATED: Final = (
    Undecodable, dicom_attributes.NotMetadata, hl7.NotHl7, hl7_orders.NotUnderstood,
)  # fmt: skip


def parse_object(data: bytes) -> None:
    """The Part 10 walker: elements, pixels, fragments, and the frames they make."""
    found = reader.read(data)
    pixels = found.pixels
    budget.check_format(pixels)
    bits = budget.native_bits(pixels)
    row = codecs.codec(found.syntax)
    for index in range(min(found.frame_count, 3)):
        reader.frame_bytes(found, index, bits, row.encapsulated)


def read_header(data: bytes) -> None:
    """The header as DICOM JSON, and what the program's metadata parser makes of it."""
    body = header.to_json(data)
    (row,) = dicom_attributes.parse(body)
    ref = StudyRef(SiteId("fuzz"), StudyUID(row.text("0020000D")))
    dicom_json.series(body, ref, SeriesUID(row.text("0020000E")))


def open_archive(data: bytes) -> None:
    """A ZIP file: its list, and its members inflated."""
    for row in json.loads(archive.members(data, len(data))):
        assert row["at"] >= 0
        if not row["reason"]:
            archive.inflated(data[row["at"] :], row, min(row["size"], 1 << 16))


def _codec(syntax: str, *formats: PixelFormat) -> Target:
    def decode(data: bytes) -> None:
        for pixels in formats:
            try:
                values = codecs.decode(data, pixels, syntax)
            except Undecodable:
                continue
            assert values.shape == budget.shape_of(pixels)
            assert values.dtype.itemsize == budget.dtype_of(pixels).itemsize

    return decode


def take_message(data: bytes) -> None:
    """An HL7 v2 message as a hospital's engine brings it: an order, a patient, an answer."""
    for raw in hl7.Frames().fed(hl7.framed(data)):
        message = hl7.parse(raw)
        hl7_ack.read(message)
        answer = hl7_ack.written(message, "AE", control="1", at=NOW, words=message.kind)
        assert hl7.parse(answer).control_id == "1"
        hl7_orders.understood(message, UTC, NOW)


def preview_prefix(data: bytes) -> None:
    """Reduced images of streams that are not whole: of the agreed size, or none."""
    answer = preview.of_frame(data, {"format": format_to_json(SQUARE)})
    if answer:
        small = budget.reduced(SQUARE, answer[0])
        assert len(answer) == 1 + budget.decoded_size(small)


TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {"object": parse_object, "header": read_header, "archive": open_archive}
    | {PREVIEW: preview_prefix, MESSAGE: take_message}
    | {name: _codec(syntax, *formats) for name, (syntax, formats) in CODECS.items()}
)


def guarded(target: Target) -> Target:
    def once(data: bytes) -> None:
        with contextlib.suppress(*STATED):
            target(data)

    return once


def main() -> None:
    """`target.py NAME CORPUS SECONDS [libFuzzer options]`; starting counts too."""
    name, corpus, seconds, *options = sys.argv[1:]
    codecs.preload()
    header.preload()
    left = max(1, round(float(seconds) - (time.monotonic() - _STARTED)))
    atheris.Setup(
        [sys.argv[0], *options, f"-max_total_time={left}", corpus], guarded(TARGETS[name])
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
